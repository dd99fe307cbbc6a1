import { type NetworkConnection } from "hardhat/types/network";
import { type Signer } from "ethers";

import { deployInMemory } from "../../deploy/inMemory.js";
import { type Mismatch, compareWithModel } from "../../src/twin/comparison.js";
import { MAX_UINT256, ModelError, SystemModel, type VaultKey, vaultKey } from "../../src/model/index.js";
import { type Client, connect } from "../../src/protocol/client.js";
import { termsOf } from "../../src/protocol/deployments.js";
import { type SystemParameters } from "../../src/protocol/parameters/convert.js";
import { MockPriceFeed__factory } from "../../types/index.js";

/** A deployed system and its model, moved together by one operation at a time. */
export interface World {
  readonly connection: NetworkConnection;
  readonly client: Client;
  readonly model: SystemModel;
  readonly actors: readonly Signer[];
  readonly keys: readonly VaultKey[];
}

/** Verdicts of both sides on one operation: the refusal's name, or null. */
export interface Verdicts {
  readonly chain: string | null;
  readonly model: string | null;
}

const FUNDS = 10n ** 27n;

/**
 * Deploys `p` and sets up actors with tokens, allowances and two vaults each. The pool starts with
 * `lent` debt units.
 */
export async function createWorld(
  connection: NetworkConnection,
  p: SystemParameters,
  lent: bigint,
): Promise<World> {
  const deployment = await deployInMemory(connection, p);
  const actors = (await connection.ethers.getSigners()).slice(0, 3);
  const client = connect(deployment, actors[0] as Signer);
  const created = (await client.lendingPool.poolState()).accruedAt;
  const model = new SystemModel(termsOf(deployment), created);
  for (const { id } of deployment.assets) {
    const accepted = await client.oracleGuard.lastGoodPrice(id);
    model.oracleGuard.restoreLastGoodPrice(id, accepted.goodPrice, accepted.timestamp);
  }
  for (const actor of actors) {
    const address = await actor.getAddress();
    for (const token of [client.debtToken, ...client.tokens]) {
      await token.connect(actor).mint(address, FUNDS);
      await token.connect(actor).approve(client.vaultEngine, MAX_UINT256);
      await token.connect(actor).approve(client.lendingPool, MAX_UINT256);
      await token.connect(actor).approve(client.auctionHouse, MAX_UINT256);
      await token.connect(actor).approve(client.backstopPool, MAX_UINT256);
    }
  }
  const addresses = await Promise.all(actors.map((a) => a.getAddress()));
  const keys = addresses.flatMap((a) => [vaultKey(a, 0n), vaultKey(a, 1n)]);
  const world = { connection, client, model, actors, keys };
  await syncFeeds(world);
  const verdicts = await step(
    world,
    1n,
    () => client.lendingPool.deposit(lent, addresses[0] as string),
    () => model.lendingPool.deposit(lent),
  );
  if (verdicts.chain !== null || verdicts.model !== null) throw new Error("cannot lend");
  return world;
}

/** Runs one operation on both sides in the same second, `elapsed` seconds after the last. */
export async function step(
  world: World,
  elapsed: bigint,
  chain: () => Promise<unknown>,
  model: () => unknown,
): Promise<Verdicts> {
  const { ethers, provider } = world.connection;
  const latest = await ethers.provider.getBlock("latest");
  const now = BigInt(latest?.timestamp ?? 0) + elapsed;
  await provider.request({ method: "evm_setNextBlockTimestamp", params: [`0x${now.toString(16)}`] });
  world.model.now = now;
  const verdicts = { chain: await chainVerdict(world.client, chain), model: modelVerdict(model) };
  if (verdicts.chain !== null) await provider.request({ method: "evm_mine", params: [] });
  return verdicts;
}

/** Every difference between chain and model now. */
export async function differences(world: World): Promise<readonly Mismatch[]> {
  return (await compareWithModel(world.client, world.model, world.keys)).mismatches;
}

/** Copies the answers of the chain's feeds to the model's feeds. */
export async function syncFeeds(world: World): Promise<void> {
  const { deployment, feeds } = world.client;
  for (const asset of deployment.assets) {
    const round = await feeds[asset.id]?.latestRoundData();
    if (round !== undefined)
      world.model.oracleGuard.setFeed(asset.id, { answer: round[1], updatedAt: round[3] });
    if (asset.secondary !== undefined) {
      const second = await mockFeed(world, asset.secondary.feed).latestRoundData();
      world.model.oracleGuard.setFeed(asset.id, { answer: second[1], updatedAt: second[3] }, "secondary");
    }
  }
  if (deployment.debtAsset.source !== undefined) {
    const round = await mockFeed(world, deployment.debtAsset.source.feed).latestRoundData();
    world.model.oracleGuard.setDebtFeed({ answer: round[1], updatedAt: round[3] });
  }
}

/** A mock feed by address. */
export function mockFeed(world: World, address: string) {
  return MockPriceFeed__factory.connect(address, world.actors[0]);
}

async function chainVerdict(client: Client, call: () => Promise<unknown>): Promise<string | null> {
  try {
    await call();
    return null;
  } catch (error) {
    const data = revertData(error);
    const {
      vaultEngine: engine,
      lendingPool: pool,
      riskConfig,
      oracleGuard: oracle,
      auctionHouse,
      backstopPool: backstop,
      circuitBreaker: breaker,
    } = client;
    for (const contract of [engine, pool, riskConfig, oracle, auctionHouse, backstop, breaker]) {
      const parsed = data === null ? null : contract.interface.parseError(data);
      if (parsed !== null) return `${parsed.name}(${parsed.args.map(argument).join(", ")})`;
    }
    throw error;
  }
}

/** Argument of an error as the model has it: addresses are in lower case. */
function argument(value: unknown): string {
  return String(value).toLowerCase();
}

function modelVerdict(operation: () => unknown): string | null {
  try {
    operation();
    return null;
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}

function revertData(error: unknown): string | null {
  for (let e = error; typeof e === "object" && e !== null; e = (e as { cause?: unknown }).cause) {
    const { data } = e as { data?: unknown };
    if (typeof data === "string") return data;
  }
  return null;
}
