import { type Interface, isError } from "ethers";

import {
  CircuitBreaker__factory,
  LendingPool__factory,
  LiquidationExecutor__factory,
  TestToken__factory,
  VaultEngine__factory,
} from "../../../types/index.js";
import { lineOf } from "./nodeWords.js";

/** What a refused call or transaction means for the keeper. */
export type RevertClass =
  /** The vault is healthy or no longer holds the asset: somebody was first, or the price came back. */
  | "gone"
  /** The call would still work, but no longer on the terms asked for. */
  | "terms"
  /** The keeper's own balance, allowance or ether. */
  | "funds"
  /** The nonce was used by another transaction, or is taken by one that pays more. */
  | "nonce"
  /** The node did not answer, or not in time. */
  | "transient"
  /** Anything else: a fault of keeper or contracts, to be looked at by a person. */
  | "fault";

/** A refusal: its class, and the custom error or message in one line. */
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

/** What an error of a call, an estimate or a broadcast means. */
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

/** The refusal in revert data, by custom error. */
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

/** What can be closed, in the order of `Action` in the contracts. */
const ACTIONS = ["borrowing", "withdrawing with debt", "liquidating", "bidding", "flash loans"] as const;

/** A custom error in words; times as people read them. */
function wordsOf(name: string, args: readonly unknown[]): string {
  const told = `${name}(${args.join(", ")})`;
  if (name === "ActionClosed")
    return `${told}: ${ACTIONS[Number(args[0])] ?? "it"} is closed until ${timeOf(args[1])}`;
  return name === "BorrowersInGrace" ? `${told}: borrowers have time until ${timeOf(args[0])}` : told;
}

/** A second of the chain's clock as text. */
function timeOf(seconds: unknown): string {
  const time = new Date(Number(seconds) * 1_000);
  return Number.isNaN(time.getTime()) ? "further notice" : time.toISOString().replace(".000Z", "Z");
}

/** A batch in which no vault gave anything means what the engine said of its first vault. */
function nothingLiquidated(reason: unknown): Revert {
  if (typeof reason !== "string" || reason === "0x") return { class: "terms", error: "NothingLiquidated()" };
  const inner = decode(reason);
  return { class: inner.class, error: `NothingLiquidated: ${inner.error}` };
}

/** Whether an error says nothing of the chain, only of the way to it. */
export function isTransient(error: unknown): boolean {
  if (isError(error, "TIMEOUT") || isError(error, "SERVER_ERROR") || isError(error, "NETWORK_ERROR"))
    return true;
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return (
    name === "DeadlineError" || (typeof code === "string" && /^E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_)/.test(code))
  );
}

/** Whether a node did not answer at all: a smaller question would not help. */
export function isUnreachable(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return isTransient(cause ?? error) && !isError(cause ?? error, "SERVER_ERROR");
}

/** Revert data, wherever the library or the node put it: ethers' own field, or nested in a node's error. */
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
