import type { ReplayResult } from "../../result/result.js";
import { type Decimal, money, parseDecimal, signOf } from "../../../format/quantities.js";

/** A party's gain, or loss if negative, and its parts. Decimal strings in whole debt tokens. */
export interface Party {
  readonly who: string;
  readonly net: string;
  /**
   * The accounts of the party without entries that are zero. A single account is always included.
   */
  readonly parts: readonly { readonly what: string; readonly net: string }[];
}

/**
 * Parties that the table lists even if they neither gained nor lost, because readers look for them
 * first.
 */
const ALWAYS: ReadonlySet<string> = new Set(["Borrowers", "Lenders", "Backstop"]);

/** The balance of a replay by party. The net amounts sum to zero. */
export function partiesOf({ balance }: ReplayResult): readonly Party[] {
  const names = [...new Set(balance.rows.map((row) => row.who))];
  return names.flatMap((who) => {
    const rows = balance.rows.filter((row) => row.who === who);
    const net = sumOf(rows.map((row) => row.net));
    const parts = rows.filter((row) => rows.length === 1 || signOf(row.net) !== 0);
    return signOf(net) === 0 && parts.every((p) => signOf(p.net) === 0) && !ALWAYS.has(who)
      ? []
      : [{ who, net, parts }];
  });
}

/** The sum of all gains, which equals the sum of all losses. */
export function turnover(parties: readonly Party[]): string {
  return sumOf(parties.flatMap(({ net }) => (signOf(net) > 0 ? [net] : [])));
}

/** An amount with its sign and without its unit: "+1.50", "-2.00", "0". */
export function signedMoney(text: string): string {
  const { value, scale } = parseDecimal(text) ?? { value: 0n, scale: 0 };
  return `${value > 0n ? "+" : ""}${money(value, scale)}`;
}

function sumOf(texts: readonly string[]): string {
  const decimals = texts.map((text): Decimal => parseDecimal(text) ?? { value: 0n, scale: 0 });
  const scale = decimals.reduce((most, d) => Math.max(most, d.scale), 1);
  const sum = decimals.reduce((all, d) => all + d.value * 10n ** BigInt(scale - d.scale), 0n);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(scale + 1, "0");
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, "");
  return sum < 0n ? `-${text}` : text;
}
