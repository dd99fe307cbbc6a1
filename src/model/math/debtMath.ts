import { RAY, mulDivDown, mulDivUp } from "./fixedPoint.js";

/** Debt of `scaled` at `index` [RAY], in debt units, rounded up. Mirrors `DebtMath.debtUp`. */
export function debtUp(scaled: bigint, index: bigint): bigint {
  return mulDivUp(scaled, index, RAY);
}

/**
 * Total debt of `scaled` at `index` [RAY], in debt units, rounded down. Mirrors
 * `DebtMath.debtDown`.
 */
export function debtDown(scaled: bigint, index: bigint): bigint {
  return mulDivDown(scaled, index, RAY);
}

/**
 * Scaled debt that borrowing `amount` [debt units] adds, rounded up. Mirrors `DebtMath.scaledUp`.
 */
export function scaledUp(amount: bigint, index: bigint): bigint {
  return mulDivUp(amount, RAY, index);
}

/**
 * Scaled debt that paying `amount` [debt units] removes, rounded down. Mirrors
 * `DebtMath.scaledDown`.
 */
export function scaledDown(amount: bigint, index: bigint): bigint {
  return mulDivDown(amount, RAY, index);
}

/**
 * Effect of a repayment offered at `amount` [debt units] on a debt. Mirrors `DebtMath.repayment`.
 * @param dust smallest debt a partial repayment may leave [debt units]
 * @returns amount paid [debt units] and the scaled debt it removes
 */
export function repayment(
  scaled: bigint,
  index: bigint,
  amount: bigint,
  dust: bigint,
): { paid: bigint; scaledRepaid: bigint } {
  const debt = debtUp(scaled, index);
  if (amount >= debt) return { paid: debt, scaledRepaid: scaled };
  const partial = debt >= dust && debt - amount < dust ? debt - dust : amount;
  const scaledRepaid = scaledDown(partial, index);
  return { paid: debtUp(scaledRepaid, index), scaledRepaid };
}
