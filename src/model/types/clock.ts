/** The time that all parts of one system share. */
export interface Clock {
  /** Time of the block the next operation is in [s]. */
  now: bigint;
}
