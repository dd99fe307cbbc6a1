import { solidityPackedKeccak256 } from "ethers";

/**
 * A named stream of random integers. The n-th draw is a hash of seed, name and n, so a new stream
 * does not shift the draws of another.
 */
export class RandomStream {
  private drawn = 0n;

  constructor(
    private readonly seed: number,
    private readonly name: string,
  ) {}

  /** A uniform integer from `min` to `max`, both included. */
  between(min: bigint, max: bigint): bigint {
    const hash = solidityPackedKeccak256(
      ["uint256", "string", "uint256"],
      [this.seed, this.name, this.drawn],
    );
    this.drawn += 1n;
    return min + (BigInt(hash) % (max - min + 1n));
  }
}
