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

export type OperationKind = keyof Operations;

type FieldsOf<K extends OperationKind> = Operations[K] extends Definition<infer O, unknown> ? O : never;

/** Result in the model of an operation of one kind. */
export type ResultOf<K extends OperationKind> = ReturnType<Operations[K]["apply"]>;

/** An operation of one kind, with the fields that its definition names. */
export type OperationOf<K extends OperationKind> = { readonly kind: K } & FieldsOf<K>;

export type Operation = { [K in OperationKind]: OperationOf<K> }[OperationKind];

/** A call of a contract, ready to be sent. */
export interface ContractCall {
  readonly to: string;
  readonly data: string;
}

/** Key of each contract in a deployment record. */
const ADDRESS_OF = {
  vaultEngine: "engine",
  lendingPool: "pool",
  auctionHouse: "auctionHouse",
  backstopPool: "backstop",
  oracleGuard: "oracle",
  circuitBreaker: "breaker",
  volatilityModel: "volatility",
} as const satisfies Record<TwinContract, keyof Client["deployment"]["contracts"]>;

/**
 * A deployment and its model, moved together. One operation gives the call for the chain and the
 * step of the model.
 */
export class TwinSystem {
  constructor(
    readonly client: Client,
    readonly model: SystemModel,
  ) {}

  /** The call that performs `operation` on the chain. */
  callOf(operation: Operation): ContractCall {
    const { contract, call } = definitionOf(operation);
    const [method, ...args] = call(operation, this.client);
    const abi: Interface = this.client[contract].interface;
    return {
      to: this.client.deployment.contracts[ADDRESS_OF[contract]],
      data: abi.encodeFunctionData(method, args),
    };
  }

  /**
   * Applies `operation` to the model, at the model's time. Throws a `ModelError` where the contract
   * would refuse.
   */
  apply<K extends OperationKind>(operation: OperationOf<K>): ResultOf<K>;
  apply(operation: Operation): unknown;
  apply(operation: Operation): unknown {
    return definitionOf(operation).apply(this.model, operation);
  }

  /**
   * Applies `operation` to the model; returns the result and the call for the chain. Throws a
   * `ModelError` where the contract would refuse.
   */
  perform<K extends OperationKind>(
    operation: OperationOf<K>,
  ): { readonly call: ContractCall; readonly result: ResultOf<K> };
  perform(operation: Operation): { readonly call: ContractCall; readonly result: unknown };
  perform(operation: Operation): { readonly call: ContractCall; readonly result: unknown } {
    return { call: this.callOf(operation), result: this.apply(operation) };
  }
}

/**
 * Definition of an operation. The cast is needed because the table's types cannot express that the
 * kind determines the fields.
 */
function definitionOf({ kind }: Operation): Definition<Operation, unknown> {
  return OPERATIONS[kind] as unknown as Definition<Operation, unknown>;
}
