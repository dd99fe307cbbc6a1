/** One source and its limits: exclusive bounds in feed units, heartbeat in seconds. */
export interface Source {
  readonly heartbeat: bigint;
  readonly minAnswer: bigint;
  readonly maxAnswer: bigint;
  /** Decimals of the answers. */
  readonly decimals: bigint;
}

/**
 * A feed's newest answer in its own units, and the time of the answer [s]. Null in its place means
 * that the feed does not answer.
 */
export interface FeedAnswer {
  readonly answer: bigint;
  readonly updatedAt: bigint;
  /** Answers of the rounds before, newest first, as far as they are known. */
  readonly past?: readonly FeedAnswer[];
}
