import { type Interface, isError } from "ethers";

import {
  CircuitBreaker__factory,
  LendingPool__factory,
  LiquidationExecutor__factory,
  TestToken__factory,
  VaultEngine__factory,
} from "../../../types/index.js";
import { lineOf } from "./nodeWords.js";

/** The meaning of a refused call or transaction for the keeper. */
export type RevertClass =
  /**
   * The vault is healthy or no longer holds the asset: another liquidator was first, or the price
   * recovered.
   */
  | "gone"
  /** The call would still succeed, but not on the requested terms. */
  | "terms"
  /** The keeper's own balance, allowance or ether is too small. */
  | "funds"
  /** Another transaction used the nonce, or occupies it at higher fees. */
  | "nonce"
  /** The node did not answer in time, or not at all. */
  | "transient"
  /** Any other refusal: a fault in the keeper or the contracts that a person must look at. */
  | "fault";

/** A refusal: its class, and the custom error or message on one line. */
export interface Revert {
  readonly class: RevertClass;
  readonly error: string;
}

const CLASSES: Readonly<Record<string, RevertClass>> = {
  VaultHealthy: "gone",
  AssetNotHeld: "gone",
  AssetNotSeizable: "terms",
  PriceDead: "terms",
  ActionClosed: "terms",
  BorrowersInGrace: "terms",
  SeizedTooLittle: "terms",
  DeadlinePassed: "terms",
  ProfitTooSmall: "terms",
  SoldTooLow: "terms",
  InsufficientCash: "funds",
  ERC20InsufficientBalance: "funds",
  ERC20InsufficientAllowance: "funds",
};

const INTERFACES: readonly Interface[] = [
  VaultEngine__factory.createInterface(),
  LiquidationExecutor__factory.createInterface(),
  LendingPool__factory.createInterface(),
  CircuitBreaker__factory.createInterface(),
  TestToken__factory.createInterface(),
];

/** Classifies an error of a call, an estimate or a broadcast. */
export function classify(error: unknown): Revert {
  const data = revertData(error);
  if (data !== null) return decode(data);
  const text = lineOf(error);
  if (
    isError(error, "NONCE_EXPIRED") ||
    isError(error, "REPLACEMENT_UNDERPRICED") ||
    /nonce|underpriced/i.test(text)
  ) {
    return { class: "nonce", error: text };
  }
  if (isError(error, "INSUFFICIENT_FUNDS") || /insufficient funds|enough funds/i.test(text)) {
    return { class: "funds", error: text };
  }
  if (isTransient(error)) return { class: "transient", error: text };
  return { class: "fault", error: text };
}

/** Classifies revert data by its custom error. */
export function decode(data: string): Revert {
  for (const abi of INTERFACES) {
    const parsed = parseError(abi, data);
    if (parsed === null) continue;
    if (parsed.name === "NothingLiquidated") return nothingLiquidated(parsed.args[0]);
    return { class: CLASSES[parsed.name] ?? "fault", error: wordsOf(parsed.name, parsed.args) };
  }
  return {
    class: "fault",
    error: data === "0x" ? "reverted without a reason" : `unknown error ${data.slice(0, 10)}`,
  };
}

/** Names of the pausable actions, in the order of `PausableAction` in the contracts. */
const ACTIONS = ["borrowing", "withdrawing with debt", "liquidating", "bidding", "flash loans"] as const;

/** A custom error in words. Times are ISO 8601. */
function wordsOf(name: string, args: readonly unknown[]): string {
  const told = `${name}(${args.join(", ")})`;
  if (name === "ActionClosed")
    return `${told}: ${ACTIONS[Number(args[0])] ?? "it"} is closed until ${timeOf(args[1])}`;
  return name === "BorrowersInGrace" ? `${told}: borrowers have time until ${timeOf(args[0])}` : told;
}

/** A timestamp of the chain [s] as text. */
function timeOf(seconds: unknown): string {
  const time = new Date(Number(seconds) * 1_000);
  return Number.isNaN(time.getTime()) ? "further notice" : time.toISOString().replace(".000Z", "Z");
}

/** A batch that liquidated nothing is classified by the engine's refusal of its first vault. */
function nothingLiquidated(reason: unknown): Revert {
  if (typeof reason !== "string" || reason === "0x") return { class: "terms", error: "NothingLiquidated()" };
  const inner = decode(reason);
  return { class: inner.class, error: `NothingLiquidated: ${inner.error}` };
}

/** Whether an error concerns only the connection to the chain, not its state. */
export function isTransient(error: unknown): boolean {
  if (isError(error, "TIMEOUT") || isError(error, "SERVER_ERROR") || isError(error, "NETWORK_ERROR"))
    return true;
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return (
    name === "DeadlineError" || (typeof code === "string" && /^E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_)/.test(code))
  );
}

/** Whether the node did not answer at all. Then a smaller request would not help. */
export function isUnreachable(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return isTransient(cause ?? error) && !isError(cause ?? error, "SERVER_ERROR");
}

/** Finds revert data in an error: in ethers' own field, or nested in an error of the node. */
function revertData(error: unknown): string | null {
  let found: string | null = null;
  const seen = new Set<unknown>();
  const visit = (value: unknown, depth: number): void => {
    if (found !== null || depth > 6 || typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    const { data } = value as { data?: unknown };
    if (typeof data === "string" && /^0x([0-9a-fA-F]{2})*$/.test(data) && !("to" in value)) {
      found = data;
      return;
    }
    for (const key of ["info", "error", "data", "cause"])
      visit((value as Record<string, unknown>)[key], depth + 1);
  };
  visit(error, 0);
  return found;
}

function parseError(abi: Interface, data: string): { name: string; args: readonly unknown[] } | null {
  if (data.length < 10) return null;
  try {
    const parsed = abi.parseError(data);
    return parsed === null ? null : { name: parsed.name, args: [...(parsed.args as Iterable<unknown>)] };
  } catch {
    return null;
  }
}
