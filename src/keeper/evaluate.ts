import type { SystemModel, VaultHealth, VaultKey } from "../model/index.js";
import type { ChainReader } from "./chain/chainReader.js";
import { healthOfAll } from "./chain/stateReader.js";
import type { Head, VaultIndex } from "./chain/vaultIndex.js";
import { sameHealth } from "./plan/plan.js";

/** What a pass knows of the vaults. */
export interface Evaluation {
  readonly vaults: number;
  readonly unhealthy: ReadonlyMap<VaultKey, VaultHealth>;
  /** How many vaults the lens was asked about, and those of which it says something else than the model. */
  readonly confirmed: number;
  readonly disagreeing: ReadonlySet<VaultKey>;
}

/** Judges all known vaults by the model, and has the lens confirm it. */
export class Evaluator {
  /** Where the rotating comparison with the lens goes on. */
  private rotation = 0;

  constructor(
    private readonly reader: ChainReader,
    private readonly index: VaultIndex,
    private readonly model: SystemModel,
  ) {}

  async evaluate(head: Head): Promise<Evaluation> {
    const health = healthOfAll(this.model, this.index.keys);
    const unhealthy = new Map([...health].filter(([, h]) => h.liquidatable));
    const { confirmed, disagreeing } = await this.confirm(health, unhealthy, head);
    return { vaults: health.size, unhealthy, confirmed, disagreeing };
  }

  /**
   * Compares the model with the lens at the same block: on every unhealthy vault, and in turn on as many others as fill the calls,
   * so that a vault the model wrongly thinks healthy is found too.
   */
  private async confirm(
    health: ReadonlyMap<VaultKey, VaultHealth>,
    unhealthy: ReadonlyMap<VaultKey, VaultHealth>,
    head: Head,
  ): Promise<Pick<Evaluation, "confirmed" | "disagreeing">> {
    const keys = [...unhealthy.keys()];
    const others = [...health.keys()].filter((key) => !unhealthy.has(key));
    if (health.size > 0) {
      const size = await this.reader.keysPerCall();
      const room = Math.min(size - (keys.length % size), others.length);
      for (let i = 0; i < room; i++) {
        const key = others[(this.rotation + i) % others.length];
        if (key !== undefined) keys.push(key);
      }
      this.rotation += room;
    }
    const truth = await this.reader.health(keys, head.number);
    const differing = keys.filter((key) => !sameHealth(health.get(key), truth.get(key)));
    // Something was missed, such as events of a node that lags: read again in the next pass.
    this.index.doubt(differing);
    return { confirmed: keys.length, disagreeing: new Set(differing) };
  }
}
