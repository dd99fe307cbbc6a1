import { max } from "../../model/index.js";

/** Fees of a transaction [wei per gas]. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/**
 * Fees that stay good for several full blocks: twice the base fee and the tip. Where they replace a transaction of the
 * same nonce, both are at least an eighth above its own, which is what nodes ask for.
 */
export function feesFor(baseFee: bigint, tip: bigint, replaced?: Fees): Fees {
  const maxPriorityFeePerGas = replaced === undefined ? tip : max(tip, bumped(replaced.maxPriorityFeePerGas));
  const wanted = 2n * baseFee + maxPriorityFeePerGas;
  return {
    maxPriorityFeePerGas,
    maxFeePerGas: replaced === undefined ? wanted : max(wanted, bumped(replaced.maxFeePerGas)),
  };
}

/** What a unit of gas costs at most in the next block [wei]: a full block raises the base fee by an eighth. */
export function nextGasPrice(baseFee: bigint, tip: bigint): bigint {
  return baseFee + baseFee / 8n + 1n + tip;
}

function bumped(fee: bigint): bigint {
  return (fee * 9n) / 8n + 1n;
}
