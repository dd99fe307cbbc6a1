import type { Interface } from "ethers";

import type { SystemModel } from "../model/index.js";
import type { Client } from "../protocol/client.js";
import { AUCTION_OPERATIONS } from "./operations/auctions.js";
import type { Definition, TwinContract } from "./operations/definition.js";
import { POLICY_OPERATIONS } from "./operations/policies.js";
import { POOL_OPERATIONS } from "./operations/pools.js";
import { VAULT_OPERATIONS } from "./operations/vaults.js";

const OPERATIONS = {
  ...VAULT_OPERATIONS,
  ...AUCTION_OPERATIONS,
  ...POOL_OPERATIONS,
  ...POLICY_OPERATIONS,
} as const;

type Operations = typeof OPERATIONS;

/** The name of an operation. */
export type OperationKind = keyof Operations;

type FieldsOf<K extends OperationKind> = Operations[K] extends Definition<infer O, unknown> ? O : never;

/** What an operation of a kind returns in the model. */
export type ResultOf<K extends OperationKind> = ReturnType<Operations[K]["apply"]>;

/** An operation of one kind that chain and model can both do, with the fields that its definition names. */
export type OperationOf<K extends OperationKind> = { readonly kind: K } & FieldsOf<K>;

/** Any operation. */
export type Operation = { [K in OperationKind]: OperationOf<K> }[OperationKind];

/** A call of a contract, ready to be sent. */
export interface ContractCall {
  readonly to: string;
  readonly data: string;
}

/** Where each contract stands in a deployment record. */
const ADDRESS_OF = {
  vaultEngine: "engine",
  lendingPool: "pool",
  auctionHouse: "auctionHouse",
  backstopPool: "backstop",
  oracleGuard: "oracle",
  circuitBreaker: "breaker",
  volatilityModel: "volatility",
} as const satisfies Record<TwinContract, keyof Client["deployment"]["contracts"]>;

/** A deployment and its model, moved together: one operation gives the call for the chain and the step of the model. */
export class TwinSystem {
  constructor(
    readonly client: Client,
    readonly model: SystemModel,
  ) {}

  /** The call that does `operation` on the chain. */
  callOf(operation: Operation): ContractCall {
    const { contract, call } = definitionOf(operation);
    const [method, ...args] = call(operation, this.client);
    const abi: Interface = this.client[contract].interface;
    return {
      to: this.client.deployment.contracts[ADDRESS_OF[contract]],
      data: abi.encodeFunctionData(method, args),
    };
  }

  /** Does `operation` in the model, at the model's time. Throws a `ModelError` where the contract would refuse. */
  apply<K extends OperationKind>(operation: OperationOf<K>): ResultOf<K>;
  apply(operation: Operation): unknown;
  apply(operation: Operation): unknown {
    return definitionOf(operation).apply(this.model, operation);
  }

  /** Does `operation` in the model: what came of it, and the call that does it on the chain. */
  perform<K extends OperationKind>(
    operation: OperationOf<K>,
  ): { readonly call: ContractCall; readonly result: ResultOf<K> };
  perform(operation: Operation): { readonly call: ContractCall; readonly result: unknown };
  perform(operation: Operation): { readonly call: ContractCall; readonly result: unknown } {
    return { call: this.callOf(operation), result: this.apply(operation) };
  }
}

/** The definition of an operation: only its kind tells which fields it has, and the table's types cannot say so. */
function definitionOf({ kind }: Operation): Definition<Operation, unknown> {
  return OPERATIONS[kind] as unknown as Definition<Operation, unknown>;
}
