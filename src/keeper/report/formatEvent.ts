import { formatUnits } from "ethers";

import { PRICE_ONE } from "../../model/index.js";
import type { Deployment } from "../../protocol/deployments.js";
import type { BatchEvent, DecisionEvent, KeeperEvent, OutcomeEvent, PassEvent } from "./events.js";

export const REASONS: Readonly<Record<NonNullable<DecisionEvent["reason"]>, string>> = {
  nothingSeizable: "no asset of it can be seized now",
  noFunds: "too little of the debt asset",
  unprofitable: "brings too little",
  modelDisagrees: "model and lens disagree",
  gasUnpriced: "the price of ether, and so of gas, is not known now: see --ether",
  stopped: "told to stop",
  accountBusy: "other transactions of this account wait",
  afterFailure: "the transaction before it was not taken",
  notApproved: "the approval did not come through",
  refusedAtLatest: "refused by the newest block",
  noMarket: "no pool to sell its collateral in",
  tooMuchAtOnce: "too much to sell at once",
};

/** An event as one line for people. */
export function textLine(event: KeeperEvent, deployment: Deployment): string {
  switch (event.event) {
    case "pass":
      return passText(event, deployment);
    case "decision":
      return decisionText(event, deployment);
    case "batch":
      return batchText(event, deployment);
    case "outcome":
      return outcomeText(event, deployment);
    case "start":
      return (
        `keeper: network ${event.network}, chain ${event.chainId}, engine ${event.engine}, account ${event.account}, ` +
        `${event.executor === null ? "own balance" : `executor ${event.executor}`}, ` +
        `${event.dryRun ? "dry run" : "sends transactions"}${event.once ? ", one pass" : ""}`
      );
    case "idle":
      return `no new block for ${Math.round(event.silence / 1_000)} s${event.block === null ? "" : `, the last was ${event.block}`}; waiting`;
    case "accountBusy":
      return `account ${event.account}: nonce ${event.mined} up to ${event.pending - 1} is taken by transactions that this keeper did not send and that wait; it goes on when they are mined or replaced`;
    case "passFailed":
      return `pass failed: ${event.reason}; waiting for the next block`;
  }
}

/** `amount` of the debt asset for people: two decimals and the symbol. */
export function debtText(amount: bigint, { debtAsset }: Deployment): string {
  return `${rounded(amount, debtAsset.decimals, 2)} ${debtAsset.symbol}`;
}

function passText(e: PassEvent, d: Deployment): string {
  const differing = e.disagreements === 0 ? "" : `, ${e.disagreements} DIFFER from the lens`;
  const dry = e.dryRun ? " (dry run)" : "";
  return (
    `block ${e.block}: ${count(e.vaults, "vault")}, ${e.unhealthy} to liquidate, ${e.confirmed} confirmed${differing}; ` +
    `balance ${debtText(e.balance, d)}${dry}`
  );
}

function decisionText(e: DecisionEvent, d: Deployment): string {
  const head = `  ${shortKey(e.vault)} health ${ratio(e.healthFactor)}, debt ${debtText(e.debt, d)}`;
  const option = e.option === undefined ? "" : `: ${optionText(e, d)}`;
  if (e.action === "liquidate") return `${head}${option} -> liquidate`;
  const why = e.reason === undefined ? "" : REASONS[e.reason];
  return `${head}${option} -> skip, ${why}${e.refusal === undefined ? "" : `: ${e.refusal.error}`}`;
}

function optionText(e: DecisionEvent, d: Deployment): string {
  const { option } = e;
  if (option === undefined) return "";
  return (
    `repay ${debtText(option.repaid, d)}, seize ${tokens(option.seized, option.asset, d)} ` +
    `worth ${debtText(option.collateralValue, d)}, gas ${debtText(option.gasCost, d)}, profit ${debtText(option.profit, d)}`
  );
}

function batchText(e: BatchEvent, d: Deployment): string {
  return (
    `  batch of ${count(e.vaults, "vault")} for ${e.symbol}, by ${e.funding}: earns ${debtText(e.earned, d)}, ` +
    `gas ${debtText(e.gasCost, d)}, profit ${debtText(e.profit, d)}`
  );
}

function outcomeText(e: OutcomeEvent, d: Deployment): string {
  const what =
    e.kind === "liquidation"
      ? `liquidation of ${shortKey(e.vault ?? "")}`
      : e.kind === "batch" && e.vaults !== undefined
        ? `batch of ${count(e.vaults, "vault")}`
        : e.kind;
  const where = e.block === undefined ? "" : ` in block ${e.block}`;
  const asset = d.assets.find((a) => a.symbol === e.symbol)?.id;
  const facts =
    e.repaid === undefined || e.seized === undefined || asset === undefined
      ? ""
      : `: repaid ${debtText(e.repaid, d)}, seized ${tokens(e.seized, asset, d)}`;
  const profit = e.profit === undefined ? "" : `, profit ${debtText(e.profit, d)}`;
  const after =
    e.healthAfter === undefined
      ? ""
      : `, health now ${e.healthAfter === null ? "without debt" : ratio(e.healthAfter)}`;
  const refusal = e.refusal === undefined ? "" : `: ${e.refusal.error}`;
  return `  ${what} ${e.status}${where}${facts}${profit}${after}${refusal}${e.hash === undefined ? "" : ` (${e.hash})`}`;
}

function tokens(amount: bigint, asset: number, d: Deployment): string {
  const { decimals, symbol } = d.assets[asset] ?? { decimals: 0, symbol: "?" };
  return `${rounded(amount, decimals, 6)} ${symbol}`;
}

function ratio(value: bigint): string {
  return value >= PRICE_ONE ? "without debt" : rounded(value, 18, 4);
}

/** A decimal string with `shown` decimals, rounded towards zero. */
function rounded(value: bigint, decimals: number, shown: number): string {
  const cut = decimals > shown ? 10n ** BigInt(decimals - shown) : 1n;
  const [whole = "0", fraction = ""] = formatUnits((value / cut) * cut, decimals).split(".");
  return `${whole}.${fraction.padEnd(shown, "0").slice(0, shown)}`;
}

function shortKey(key: string): string {
  return `${key.slice(0, 8)}..${key.slice(38, 42)}/${key === "" ? "" : BigInt(`0x${key.slice(42)}`)}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
