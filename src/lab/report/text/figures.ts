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
  spell,
} from "../../../format/quantities.js";

/** Rating of a figure. */
export type Tone = "plain" | "good" | "bad";

/** One line of the verdict. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** Additional facts. */
  readonly note?: string;
  /** Meaning of the label, shown if there is room. */
  readonly hint?: string;
  readonly tone?: Tone;
}

/** Lines of the verdict that belong together, the most important first. */
export interface FigureGroup {
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** Every figure of the verdict, grouped. */
export function figureGroups(result: ReplayResult): readonly FigureGroup[] {
  const { badDebt, liquidations, latencyBlocks, borrowers, keepers, system, checks, opening, price, speed } =
    result;
  const { absorptions, affected, autopilot, backstop, breaker, capital } = result;
  const money = (text: string): string => amount(text, result.debtAsset.symbol);
  const loss = (text: string): Tone => (signOf(text) > 0 ? "bad" : "plain");
  const fault = (n: number): Tone => (n > 0 ? "bad" : "good");
  const note = (text: string | undefined, of: string) =>
    text === undefined ? {} : { note: `${text} of ${of}` };
  const nobody = liquidations.vaults === 0;
  const instantly = nobody && latencyBlocks.max === 0;
  const drop = fall(price.start, price.min);
  const blocks = (n: number): string => plural(n, "block");
  return [
    {
      title: "Bad debt",
      figures: [
        {
          label: "Net bad debt",
          value: money(badDebt.net),
          tone: signOf(badDebt.net) > 0 ? "bad" : "good",
          ...note(share(badDebt.net, opening.debt), "opening debt"),
        },
        {
          label: "Implied at the end",
          value: money(badDebt.implied),
          tone: loss(badDebt.implied),
          hint: "open vaults and auctions",
        },
        {
          label: "Implied at worst",
          value: money(badDebt.impliedMax),
          hint: "highest at any step",
        },
        {
          label: "Booked",
          value: money(badDebt.booked),
          hint: "written off on-chain",
        },
        { label: "Gross", value: money(badDebt.gross), hint: "implied + booked" },
        { label: "Paid by the backstop", value: money(badDebt.backstop) },
        { label: "Paid by the reserve", value: money(badDebt.reserve) },
        { label: "Lost by lenders", value: money(badDebt.lenders), tone: loss(badDebt.lenders) },
      ],
    },
    {
      title: "Vaults",
      figures: [
        {
          label: "Vaults that lost collateral",
          value: `${count(affected.vaults)} of ${count(result.vaults)}`,
          ...note(share(affected.vaults.toString(), result.vaults.toString(), 1), "vaults"),
        },
        { label: "Liquidated only", value: count(affected.liquidatedOnly) },
        { label: "Absorbed whole only", value: count(affected.absorbedOnly) },
        { label: "Liquidated, then absorbed", value: count(affected.both) },
        { label: "Liquidations", value: count(liquidations.count) },
        {
          label: "Debt repaid",
          value: money(liquidations.debtRepaid),
          ...note(share(liquidations.debtRepaid, opening.debt), "opening debt"),
        },
        {
          label: "Collateral seized",
          value: money(liquidations.collateralValueSeized),
          hint: "at the liquidation price",
        },
      ],
    },
    {
      title: "Auctions",
      figures: [
        {
          label: "Debt absorbed",
          value: money(absorptions.debt),
          note: `${plural(absorptions.count, "vault")}, ${purchases(absorptions)}`,
        },
        { label: "Paid by bidders", value: money(absorptions.proceeds) },
        {
          label: "Price of lots",
          value: absorptions.takes === 0 ? "none sold" : ratio(absorptions.meanPriceToOracle),
          hint: "of the oracle price, mean",
        },
        { label: "Penalties", value: money(absorptions.penalties), hint: "to the backstop" },
        { label: "Tips", value: money(absorptions.tips), hint: "to absorbers, out of proceeds" },
        { label: "Back to owners", value: money(absorptions.claimable), hint: "collateral not needed" },
      ],
    },
    {
      title: "Backstop",
      figures: [
        {
          label: "Depositors’ result",
          value: money(backstop.profit),
          tone: signOf(backstop.profit) < 0 ? "bad" : "plain",
          ...note(share(backstop.profit, backstop.openingCapital), "opening capital"),
        },
        { label: "Opening capital", value: money(backstop.openingCapital) },
        { label: "Held at the end", value: money(backstop.endingAssets) },
      ],
    },
    {
      title: "Guards",
      figures: [
        {
          label: "Breaker trips",
          value: count(breaker.trips),
          note: `borrowing closed for ${hours(breaker.secondsPaused)}`,
        },
        {
          label: "Autopilot executions",
          value: count(autopilot.executions),
          note: `${plural(autopilot.plans, "plan")}, cost ${money(autopilot.cost)}`,
        },
        {
          label: "Debt per collateral",
          value: ratio(capital.efficiency),
          note: `at opening, ${plural(capital.lateOpened, "late vault")} included`,
        },
      ],
    },
    {
      title: "Latency",
      figures: [
        {
          label: "Latency p95",
          value: instantly ? "none" : waited(latencyBlocks.p95),
          note: `${lasting(result.latencySeconds.p95)}HF < 1 to HF ≥ 1 or closed, 19 of 20 vaults`,
        },
        {
          label: "Latency p50",
          value: instantly ? "none" : waited(latencyBlocks.p50),
          hint: "half of the vaults",
        },
        {
          label: "Longest resolved",
          value: instantly ? "none" : blocks(latencyBlocks.max),
          ...(instantly ? {} : { note: lasting(result.latencySeconds.max).replace(", ", "") }),
        },
        {
          label: "Unresolved",
          value: plural(latencyBlocks.unresolved, "vault"),
          tone: fault(latencyBlocks.unresolved),
          note: "below HF 1 at the end",
        },
      ],
    },
    {
      title: "Borrowers",
      figures: [
        {
          label: "Loss to liquidation",
          value: money(borrowers.lossToLiquidation),
          ...note(share(borrowers.lossToLiquidation, liquidations.debtRepaid), "debt cleared"),
        },
        { label: "Loss to auctions", value: money(borrowers.lossToAuctions), hint: "what was theirs" },
        {
          label: "Collateral returned",
          value: nobody ? "none liquidated" : ratio(borrowers.collateralReturnedMedian),
          note: "median liquidated vault",
        },
      ],
    },
    {
      title: "Keepers",
      figures: [
        {
          label: "Profit",
          value: money(keepers.profit),
          tone: signOf(keepers.profit) < 0 ? "bad" : "plain",
          note: "after slippage and gas",
        },
        { label: "Gas", value: money(keepers.gasCost) },
        { label: "Failed transactions", value: count(keepers.failedTransactions) },
        { label: "Keeper", value: result.keeper, tone: result.keeper === "on" ? "plain" : "bad" },
      ],
    },
    {
      title: "Checks",
      figures: [
        {
          label: "Verdict of the checks",
          value: checks.violations + checks.modelMismatches > 0 ? "FAILED" : "All held",
          tone: fault(checks.violations + checks.modelMismatches),
        },
        {
          label: "Invariants",
          value: `${count(checks.violations)} violated`,
          tone: fault(checks.violations),
          note: `of ${count(checks.invariants)} checked`,
        },
        {
          label: "Chain = model",
          value: `${count(checks.modelMismatches)} differ`,
          tone: fault(checks.modelMismatches),
          note: `of ${count(checks.modelComparisons)} compared`,
        },
      ],
    },
    {
      title: "System",
      figures: [
        { label: "Lowest collateral ratio", value: ratio(system.minCollateralRatio) },
        { label: "Collateral ratio at end", value: ratio(system.endCollateralRatio) },
        { label: "Highest utilisation", value: ratio(system.utilisationMax) },
        { label: "Opening debt", value: money(opening.debt) },
        { label: "Opening collateral", value: money(opening.collateralValue) },
        { label: "Lent at the opening", value: money(opening.lent) },
      ],
    },
    {
      title: `${price.asset} price`,
      figures: [
        {
          label: "Lowest price",
          value: money(price.min),
          note:
            signOf(drop) > 0 ? `fell ${ratio(drop, 1)}, ${isoInstant(price.minAt)}` : isoInstant(price.minAt),
        },
        { label: "First price", value: money(price.start), note: isoInstant(result.window.start) },
        { label: "Last price", value: money(price.end), note: isoInstant(result.window.end) },
      ],
    },
    {
      title: "Run",
      figures: [
        {
          label: "Steps",
          value: count(result.steps),
          note: `${blocks(result.blocks)}, ${duration(result.window.start, result.window.end)}`,
        },
        { label: "Seed", value: result.seed.toString() },
        {
          label: "Transactions",
          value: count(speed.transactions),
          note: amount(speed.gasUsed, "gas").replace(".00", ""),
        },
        { label: "Time taken", value: `${speed.wallSeconds.toFixed(1)} s`, hint: "on this machine" },
      ],
    },
  ];
}

/** Number of takes, and of residual sales if there are any. */
export function purchases({ takes, remnantSales }: ReplayResult["absorptions"]): string {
  const bought = plural(takes, "purchase");
  return remnantSales === 0 ? bought : `${bought}, and ${plural(remnantSales, "sale")} of residuals`;
}

/** A percentile of latency in blocks, or "not resolved". */
export function waited(blocks: number | null): string {
  return blocks === null ? "not resolved" : plural(blocks, "block");
}

/** A latency as a duration followed by a comma. Empty if it is unresolved. */
function lasting(seconds: number | null): string {
  return seconds === null ? "" : `${spell(seconds)}, `;
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`;
}
