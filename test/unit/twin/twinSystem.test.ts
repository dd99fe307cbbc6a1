import { expect } from "chai";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../../deploy/inMemory.js";
import { ModelError, SystemModel, vaultKey } from "../../../src/model/index.js";
import { connect } from "../../../src/protocol/client.js";
import { termsOf } from "../../../src/protocol/deployments.js";
import { type Operation, TwinSystem } from "../../../src/twin/twinSystem.js";
import { parseParameters } from "../../../src/protocol/parameters/convert.js";
import { SMALLEST } from "../../support/parameters.js";

const OWNER = "0x00000000000000000000000000000000000000aa";
const VAULT = vaultKey(OWNER, 7n);

describe("a twin", () => {
  let connection: NetworkConnection;
  let twin: TwinSystem;

  before(async () => {
    connection = await network.create();
    const [signer] = await connection.ethers.getSigners();
    const deployment = await deployInMemory(connection, parseParameters(SMALLEST));
    twin = new TwinSystem(connect(deployment, signer!), new SystemModel(termsOf(deployment), 0n));
  });
  after(() => connection.close());

  /**
   * The call of an operation: the contract's name in the client, the function and its arguments.
   */
  const spoken = (operation: Operation): unknown[] => {
    const { to, data } = twin.callOf(operation);
    const { contracts } = twin.client.deployment;
    const [name] = Object.entries(contracts).find(([, address]) => address === to) ?? [];
    const contract = {
      engine: twin.client.vaultEngine,
      pool: twin.client.lendingPool,
      auctionHouse: twin.client.auctionHouse,
      backstop: twin.client.backstopPool,
      oracle: twin.client.oracleGuard,
      breaker: twin.client.circuitBreaker,
      volatility: twin.client.volatilityModel,
    }[name!];
    const parsed = contract!.interface.parseTransaction({ data })!;
    return [name, parsed.name, ...parsed.args.toArray(true).map((value) => value as unknown)];
  };

  it("says to the right contract what an operation means, in the order of its ABI", () => {
    const to = "0x00000000000000000000000000000000000000bb";
    const checksummed = "0x00000000000000000000000000000000000000bb";
    const cases: [Operation, unknown[]][] = [
      [{ kind: "deposit", vault: VAULT, asset: 1, amount: 5n }, ["engine", "deposit", VAULT, 1n, 5n]],
      [
        { kind: "withdraw", vault: VAULT, asset: 1, amount: 5n, to },
        ["engine", "withdraw", VAULT, 1n, 5n, checksummed],
      ],
      [{ kind: "repay", vault: VAULT, amount: 9n }, ["engine", "repay", VAULT, 9n]],
      [{ kind: "flag", vault: VAULT }, ["engine", "flag", VAULT]],
      [{ kind: "restart", id: 3n, asset: 1 }, ["auctionHouse", "restart", 3n, 1n]],
      [{ kind: "checkpoint", id: 3n, asset: 1 }, ["auctionHouse", "checkpoint", 3n, 1n]],
      [{ kind: "writeOff", id: 3n }, ["auctionHouse", "writeOff", 3n]],
      [{ kind: "redeemLent", shares: 4n, owner: to }, ["pool", "redeem", 4n, checksummed, checksummed]],
      [{ kind: "donateToBackstop", amount: 4n }, ["backstop", "donate", 4n]],
      [{ kind: "updateLastGoodPrice", asset: 1 }, ["oracle", "updateLastGoodPrice", 1n]],
      [{ kind: "pokeBreaker", asset: 1 }, ["breaker", "poke", 1n]],
      [{ kind: "pokeCorrelation", a: 0, b: 1 }, ["volatility", "pokeCorrelation", 0n, 1n]],
    ];
    for (const [operation, expected] of cases) {
      const said = spoken(operation).map((part) => (typeof part === "string" ? part.toLowerCase() : part));
      const wanted = expected.map((part) => (typeof part === "string" ? part.toLowerCase() : part));
      expect(said, operation.kind).to.deep.equal(wanted);
    }
  });

  it("leaves out limits that do not bind by the largest values", () => {
    const { data } = twin.callOf({ kind: "liquidate", vault: VAULT, asset: 0, receiver: OWNER });
    const [call] = twin.client.vaultEngine.interface.decodeFunctionData("liquidate", data);
    const max = 2n ** 256n - 1n;
    const { maxRepay, maxSeize, minSeize, deadline } = call as Record<string, bigint>;
    expect([maxRepay, maxSeize, minSeize, deadline]).to.deep.equal([max, max, 0n, max]);
  });

  it("is refused as the model refuses, and moves the model only if it is not", () => {
    expect(() => twin.apply({ kind: "borrow", vault: VAULT, amount: 1n, to: OWNER })).to.throw(ModelError);
    expect(twin.model.vaultEngine.vault(VAULT).scaledDebt).to.equal(0n);
    twin.apply({ kind: "lend", assets: 10n, owner: OWNER });
    expect(twin.model.lendingPool.state.cash).to.equal(10n);
  });
});
