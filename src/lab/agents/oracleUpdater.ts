import type { ReplayOptions } from "../config/options.js";
import { feedAnswer } from "../system/deploymentParameters.js";
import type { AgentContext, AgentOperation } from "./agentContext.js";

/** Updates the feeds as a Chainlink node does: on a deviation and by the heartbeat. */
export class OracleUpdater {
  private readonly deviationBps: bigint;
  private readonly heartbeat: number;
  /** Time of the last update of each asset [s]. */
  private readonly updatedAt: number[];

  /** `start` is the time of the feeds' first answers [s]. */
  constructor(
    private readonly options: Pick<ReplayOptions, "scenario" | "settings">,
    start: number,
  ) {
    const { settings, scenario } = options;
    this.deviationBps = BigInt(settings.integer("oracle", "deviationBps"));
    this.heartbeat = settings.integer("oracle", "heartbeatSeconds");
    this.updatedAt = scenario.assets.map(() => start);
  }

  /** Decides at the price of `step`; the next chance comes at `until` [s]. */
  *decide(context: AgentContext, step: number, until: number): Generator<AgentOperation, void> {
    for (const [asset, price] of context.marketPrices.entries()) {
      for (const answer of this.answers(context, step, asset, price, until)) {
        yield { kind: "answer", asset, answer };
        this.updatedAt[asset] = context.time;
      }
    }
  }

  /**
   * The feed's answers in the block of a price: the scenario's rounds for the first asset if it has
   * any, otherwise the price if an update is due.
   */
  private answers(
    context: AgentContext,
    step: number,
    asset: number,
    price: bigint,
    until: number,
  ): readonly bigint[] {
    const { rounds } = this.options.scenario;
    if (asset === 0 && rounds !== undefined) return (rounds[step] ?? []).map(feedAnswer);
    const answer = feedAnswer(price);
    return this.isDue(context, asset, answer, until) ? [answer] : [];
  }

  /**
   * Whether an update is due: the deviation is reached, or the next step would come after the
   * heartbeat.
   */
  private isDue({ world }: AgentContext, asset: number, answer: bigint, until: number): boolean {
    const last = world.model.oracleGuard.feedAnswer(asset);
    const moved = answer > last ? answer - last : last - answer;
    return moved * 10_000n >= this.deviationBps * last
      ? answer !== last
      : until - (this.updatedAt[asset] ?? 0) > this.heartbeat;
  }
}
