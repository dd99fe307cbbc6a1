import { ModelError } from "../types/modelError.js";
import { MAX_UINT128 } from "./fixedPoint.js";

/**
 * `amount`, if it fits into the 128 bits in which the contracts store it. Throws `AmountTooLarge`
 * otherwise, as they do.
 */
export function bounded(amount: bigint): bigint {
  if (amount > MAX_UINT128) throw new ModelError("AmountTooLarge", [amount, MAX_UINT128]);
  return amount;
}
