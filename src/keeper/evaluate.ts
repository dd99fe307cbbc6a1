import type { SystemModel, VaultHealth, VaultKey } from "../model/index.js";
import type { ChainReader } from "./chain/chainReader.js";
import { healthOfAll } from "./chain/stateReader.js";
import type { Head, VaultIndex } from "./chain/vaultIndex.js";
import { sameHealth } from "./plan/plan.js";

/** The vaults at the block of a pass. */
export interface Evaluation {
  readonly vaults: number;
  readonly unhealthy: ReadonlyMap<VaultKey, VaultHealth>;
  /** Number of vaults compared with the lens, and those for which lens and model differ. */
  readonly confirmed: number;
  readonly disagreeing: ReadonlySet<VaultKey>;
}

/** Evaluates all known vaults with the model and compares the result with the lens. */
export class Evaluator {
  /** Position at which the next rotating comparison starts. */
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
   * Compares the model with the lens at the same block: for every unhealthy vault, and in rotation
   * for as many others as fill the calls. The rotation finds vaults that the model wrongly
   * considers healthy.
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
    // The model missed something, for example events of a lagging node. Read these vaults again in
    // the next pass.
    this.index.doubt(differing);
    return { confirmed: keys.length, disagreeing: new Set(differing) };
  }
}
