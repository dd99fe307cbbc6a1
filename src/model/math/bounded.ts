import { ModelError } from "../types/modelError.js";
import { MAX_UINT128 } from "./fixedPoint.js";

/** An amount that the contracts store in 128 bits. Throws `AmountTooLarge` where they revert with it. */
export function bounded(amount: bigint): bigint {
  if (amount > MAX_UINT128) throw new ModelError("AmountTooLarge", [amount, MAX_UINT128]);
  return amount;
}
