import { CircuitBreaker__factory, RiskConfig__factory } from "../types/index.js";

/** Contracts with functions that do not belong to the governor. */
export const TARGETS = {
  riskConfig: RiskConfig__factory.createInterface(),
  breaker: CircuitBreaker__factory.createInterface(),
} as const;

/**
 * A role of the access manager: its number, its holder, and the functions that it alone may call,
 * without delay.
 */
export interface Role {
  readonly id: bigint;
  readonly holder: "volatility" | "breaker" | "guardian" | "risk";
  readonly target: keyof typeof TARGETS;
  readonly functions: readonly string[];
}

/**
 * Every role except the governor's. The governor is the access manager's own administrator (role 0)
 * and may call every restricted function that is not listed here.
 */
export const ROLES: readonly Role[] = [
  { id: 1n, holder: "volatility", target: "riskConfig", functions: ["setHaircut"] },
  { id: 2n, holder: "breaker", target: "riskConfig", functions: ["setGatedActions"] },
  { id: 3n, holder: "guardian", target: "breaker", functions: ["pause", "unpause"] },
  {
    id: 4n,
    holder: "risk",
    target: "riskConfig",
    functions: ["tighten", "raiseHaircutFloor", "lowerBorrowCap"],
  },
];

export function selectorsOf(role: Role): string[] {
  return role.functions.map((name) => {
    const found = TARGETS[role.target].fragments.find(
      (f) => f.type === "function" && "name" in f && f.name === name,
    );
    if (found === undefined || !("selector" in found)) throw new RangeError(`no function ${name}`);
    return String(found.selector);
  });
}
