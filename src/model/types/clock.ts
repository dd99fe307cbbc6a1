/** The time that all parts of one system share. */
export interface Clock {
  /** Timestamp of the block of the next operation [s]. */
  now: bigint;
}
