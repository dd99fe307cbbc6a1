const WAD = 10n ** 18n;
const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Parses a non-negative decimal number such as "194.61" or "1.2e-5" to WAD, rounded down; null if
 * `text` is not one.
 */
export function parseWad(text: string): bigint | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const digits = BigInt((match[1] ?? "") + (match[2] ?? ""));
  const shift = 18 - (match[2] ?? "").length + Number(match[3] ?? "0");
  if (shift > 200) return null;
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

/** `amount` in units of `decimals` as an exact decimal string without trailing zeros. */
export function formatUnitsExact(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? "-" : "";
  const text = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0");
  const whole = text.slice(0, text.length - decimals);
  const fraction = text.slice(text.length - decimals).replace(/0+$/, "");
  return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** A ratio [WAD] as a decimal string with at most six decimals, rounded down. */
export function formatRatio(ratio: bigint): string {
  return formatUnitsExact((ratio * 1_000_000n) / WAD, 6);
}
