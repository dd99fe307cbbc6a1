import type { Round, RoundHistory } from "../../model/index.js";

/** What a mock feed has answered so far, kept beside it. */
export class FeedHistory implements RoundHistory {
  private readonly rounds = new Map<bigint, Round>();
  newest: bigint;

  /** `latest` is the feed's newest round when it is taken over: older ones are nobody's business. */
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

  /** The feed answers `answer` at `updatedAt` [s] in a new round. */
  add(answer: bigint, updatedAt: bigint): void {
    this.newest += 1n;
    this.rounds.set(this.newest, { id: this.newest, answer, updatedAt });
  }
}
