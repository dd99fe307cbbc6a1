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

/** One operation on both sides: what the chain is told, and what the model does. */
export interface Definition<O, R> {
  readonly contract: TwinContract;
  /** The function's name and its arguments, for the contract's ABI. */
  readonly call: (operation: O, client: Client) => readonly [method: string, ...args: unknown[]];
  /** Does it in the model at the model's time; throws a `ModelError` where the contract refuses. */
  readonly apply: (model: SystemModel, operation: O) => R;
}

/** A definition whose operation and result are what its functions say. */
export function define<O, R>(definition: Definition<O, R>): Definition<O, R> {
  return definition;
}
