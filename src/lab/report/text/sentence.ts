import type { ReplayResult } from "../../result/result.js";
import {
  amount,
  count,
  duration,
  fall,
  isoInstant,
  plural,
  ratio,
  share,
  signOf,
} from "../../../format/quantities.js";

/** The verdict in words. */
export interface Sentence {
  readonly tone: "good" | "bad";
  /** The verdict as one sentence. */
  readonly headline: string;
  /** The facts on which it rests. */
  readonly body: string;
  /** Result of the checks. Empty if they failed, because the headline then says so. */
  readonly proof: string;
}

/** The verdict of a replay in plain words, the same in the terminal and in the report. */
export function sentence(result: ReplayResult): Sentence {
  const { badDebt, checks, latencyBlocks, price } = result;
  const money = (text: string): string => amount(text, result.debtAsset.symbol);
  const drop = fall(price.start, price.min);
  const move =
    signOf(drop) > 0
      ? `${price.asset} fell ${ratio(drop, 1)} from ${money(price.start)} to ${money(price.min)}`
      : `${price.asset} never fell below its first price of ${money(price.start)}`;
  const keeper =
    result.keeper === "off"
      ? " with the keeper off"
      : result.silence === undefined
        ? ""
        : `, nobody acting for ${duration(result.silence.from, result.silence.until)} of the crash`;
  const unresolved =
    latencyBlocks.unresolved > 0
      ? ` ${plural(latencyBlocks.unresolved, "vault")} still below health factor 1 at the end.`
      : "";
  const failed = checks.violations + checks.modelMismatches > 0;
  const proof = failed
    ? ""
    : `All ${count(checks.invariants)} invariant checks held, and all ${count(checks.modelComparisons)} ` +
      "comparisons of chain and model agreed.";
  const body = `${move}. ${lostCollateral(result)}${keeper}.${unresolved}`;
  if (failed) {
    const violations = plural(checks.violations, "invariant violation");
    const mismatches = plural(checks.modelMismatches, "difference", "differences");
    return {
      tone: "bad",
      headline: `CHECKS FAILED: ${violations}, ${mismatches} between chain and model.`,
      body: `Do not rely on the figures below. ${body}`,
      proof,
    };
  }
  if (signOf(badDebt.net) > 0) {
    const part = share(badDebt.net, result.opening.debt);
    const parts = [
      { of: badDebt.booked, what: "written off" },
      { of: badDebt.backstop, what: "paid by the backstop" },
      { of: badDebt.reserve, what: "paid by the reserve" },
    ]
      .filter(({ of }) => signOf(of) > 0)
      .map(({ of, what }) => `${money(of)} ${what}`);
    const made = parts.length === 0 ? "" : `${parts.join(", ")}. `;
    return {
      tone: "bad",
      headline: `Bad debt of ${money(badDebt.net)}${part === undefined ? "" : `, ${part} of the opening debt`}.`,
      body: `${made}${unbooked(result)}${body}`,
      proof,
    };
  }
  if (signOf(badDebt.gross) > 0) {
    return {
      tone: "good",
      headline: `Lenders lost nothing: ${payers(badDebt)} covered ${money(badDebt.covered)} of bad debt.`,
      body,
      proof,
    };
  }
  if (signOf(badDebt.impliedMax) > 0) {
    return {
      tone: "good",
      headline: `No bad debt at the end; ${money(badDebt.impliedMax)} at the worst moment.`,
      body,
      proof,
    };
  }
  return { tone: "good", headline: "No bad debt.", body, proof };
}

/** Number of vaults that lost collateral, by cause, without a full stop. */
function lostCollateral({ affected, vaults }: ReplayResult): string {
  if (affected.vaults === 0) return `None of ${plural(vaults, "vault")} lost collateral`;
  const ways = [
    [affected.liquidatedOnly, "liquidated"],
    [affected.absorbedOnly, "absorbed whole"],
    [affected.both, "both"],
  ] as const;
  const [first, ...others] = ways.filter(([n]) => n > 0);
  const split =
    first === undefined || others.length === 0
      ? `, all ${first?.[1] ?? ""}`
      : `: ${[first, ...others].map(([n, what]) => `${count(n)} ${what}`).join(", ")}`;
  return `${count(affected.vaults)} of ${plural(vaults, "vault")} lost collateral${split}`;
}

/** Reason why implied bad debt is not booked, and the parties that would bear it. */
function unbooked({ badDebt, debtAsset, keeper }: ReplayResult): string {
  if (signOf(badDebt.implied) <= 0) return "";
  const { backstop, reserve, lenders } = badDebt.impliedPayers;
  const money = (text: string): string => (signOf(text) > 0 ? amount(text, debtAsset.symbol) : "nothing");
  const why = keeper === "off" ? "because nobody called" : "because its vaults and auctions are open";
  return (
    `${amount(badDebt.implied, debtAsset.symbol)} is implied and not booked, ${why}: the backstop would carry ` +
    `${money(backstop)} of it, the reserve ${money(reserve)}, lenders ${money(lenders)}. `
  );
}

/** The parties that paid the covered part. */
function payers({ backstop, reserve }: ReplayResult["badDebt"]): string {
  if (signOf(backstop) === 0) return "the reserve";
  return signOf(reserve) === 0 ? "the backstop" : "backstop and reserve";
}

/** Whether the agents acted, in words. */
export function keeperWords({ keeper, silence }: ReplayResult): string {
  if (silence === undefined) return `keeper ${keeper}`;
  return `nobody acting from ${isoInstant(silence.from)} for ${duration(silence.from, silence.until)}`;
}
