import type { SystemModel } from "../../model/index.js";
import type { Client } from "../../protocol/client.js";

/** The contracts whose calls have a counterpart in the model. */
export type TwinContract =
  | "vaultEngine"
  | "lendingPool"
  | "auctionHouse"
  | "backstopPool"
  | "oracleGuard"
  | "circuitBreaker"
  | "volatilityModel";

/** One operation on both sides: the call of the contract and the step of the model. */
export interface Definition<O, R> {
  readonly contract: TwinContract;
  /** Name and arguments of the contract's function. */
  readonly call: (operation: O, client: Client) => readonly [method: string, ...args: unknown[]];
  /**
   * Applies the operation to the model, at the model's time. Throws a `ModelError` where the
   * contract refuses.
   */
  readonly apply: (model: SystemModel, operation: O) => R;
}

/** Returns `definition`, with the types of its operation and result inferred. */
export function define<O, R>(definition: Definition<O, R>): Definition<O, R> {
  return definition;
}
