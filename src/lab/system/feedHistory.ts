import type { Round, RoundHistory } from "../../model/index.js";

/** The rounds of a mock feed, mirrored for the model. */
export class FeedHistory implements RoundHistory {
  private readonly rounds = new Map<bigint, Round>();
  newest: bigint;

  /** `latest` is the feed's newest round when mirroring begins. Older rounds are not needed. */
  constructor(
    readonly address: string,
    latest: Round,
  ) {
    this.newest = latest.id;
    this.rounds.set(latest.id, latest);
  }

  round(id: bigint): Round | null {
    return this.rounds.get(id) ?? null;
  }

  /** Adds a round with `answer` at `updatedAt` [s]. */
  add(answer: bigint, updatedAt: bigint): void {
    this.newest += 1n;
    this.rounds.set(this.newest, { id: this.newest, answer, updatedAt });
  }
}
