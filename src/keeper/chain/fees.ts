import { max } from "../../model/index.js";

/** Fees of a transaction [wei per gas]. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/**
 * Fees that suffice for several full blocks: twice the base fee, plus the tip. For a replacement of
 * the same nonce, both fees are at least an eighth above the replaced ones, because nodes require
 * an increase.
 */
export function feesFor(baseFee: bigint, tip: bigint, replaced?: Fees): Fees {
  const maxPriorityFeePerGas = replaced === undefined ? tip : max(tip, bumped(replaced.maxPriorityFeePerGas));
  const wanted = 2n * baseFee + maxPriorityFeePerGas;
  return {
    maxPriorityFeePerGas,
    maxFeePerGas: replaced === undefined ? wanted : max(wanted, bumped(replaced.maxFeePerGas)),
  };
}

/**
 * Highest price of a unit of gas in the next block [wei]. A full block raises the base fee by an
 * eighth.
 */
export function nextGasPrice(baseFee: bigint, tip: bigint): bigint {
  return baseFee + baseFee / 8n + 1n + tip;
}

function bumped(fee: bigint): bigint {
  return (fee * 9n) / 8n + 1n;
}
