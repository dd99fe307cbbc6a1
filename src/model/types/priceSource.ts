/** One source and what is believed of it: bounds in feed units (exclusive), heartbeat in seconds. */
export interface Source {
  readonly heartbeat: bigint;
  readonly minAnswer: bigint;
  readonly maxAnswer: bigint;
  /** Decimals of the answers. */
  readonly decimals: bigint;
}

/** What a feed says now: an answer in its own units, and when it was given [s]. Null: the feed does not answer. */
export interface FeedAnswer {
  readonly answer: bigint;
  readonly updatedAt: bigint;
  /** The answers of the rounds before, newest first, as far as anybody remembers. */
  readonly past?: readonly FeedAnswer[];
}
