import { parseUnits } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../../deploy/inMemory.js";
import { type Autopilot, Autopilot__factory } from "../../../types/index.js";
import { type Operation, type OperationOf, TwinSystem } from "../../twin/twinSystem.js";
import { InputError } from "../../format/inputError.js";
import { MAX_UINT256, ModelError, SystemModel, type VaultKey, WAD, vaultKey } from "../../model/index.js";
import { type Client, connect } from "../../protocol/client.js";
import { type Deployment, termsOf } from "../../protocol/deployments.js";
import { type UniswapPool, Uniswap } from "./uniswapPool.js";
import { LabChain, type Sent } from "./labChain.js";
import { FeedHistory } from "./feedHistory.js";
import { feedAnswer, labParameters } from "./deploymentParameters.js";
import { type PlannedVault, plannedVaults } from "./population.js";
import type { ReplayOptions } from "../config/options.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Settings } from "../config/settings.js";

/**
 * Vaults opened per transaction, which bounds its gas, and per block, which sets the interval of
 * progress reports.
 */
const OPEN_BATCH = 40;
const OPEN_BLOCK = 25 * OPEN_BATCH;
const LARGE_BALANCE = 2n ** 126n;
const SETUP_GAS_PRICE = 10n ** 9n;
const SETUP_CALL_GAS = 16_000_000n;

/** The actors of the lab's chain. `keeper` liquidates. */
const ROLES = [
  "deployer",
  "keeper",
  "arbitrageur",
  "borrower",
  "oracle",
  "absorber",
  "bidder",
  "attendant",
  "executor",
  "depositor",
] as const;
export type Actors = Readonly<Record<(typeof ROLES)[number], string>>;

/** A vault of the lab. */
export type LabVault = PlannedVault & { readonly key: VaultKey };

/**
 * The system, its AMM and its model at the first second of a scenario. Every vault that is not late
 * is open.
 */
export interface LabWorld {
  readonly connection: NetworkConnection;
  readonly chain: LabChain;
  readonly client: Client;
  readonly autopilot: Autopilot;
  readonly autopilotAddress: string;
  readonly model: SystemModel;
  /** The rounds of every asset's feed, by asset id. */
  readonly histories: readonly FeedHistory[];
  readonly uniswapPools: readonly UniswapPool[];
  readonly routerAddress: string;
  readonly actors: Actors;
  readonly vaults: readonly LabVault[];
  /**
   * Opening totals [debt units]: debt of the vaults open at the start, assets of lenders, and
   * capital of the backstop.
   */
  readonly openingDebt: bigint;
  readonly lent: bigint;
  readonly backstopCapital: bigint;
}

/**
 * Deploys the system on `connection`, opens the vaults at the first price, and takes over mining.
 * Throws an `InputError` if a vault cannot be opened, and an `Error` if a setup transaction fails.
 */
export async function createWorld(
  connection: NetworkConnection,
  { scenario, settings, vaults: vaultCount, seed, onProgress }: ReplayOptions,
): Promise<LabWorld> {
  onProgress?.({ phase: "opening", done: 0, total: vaultCount });
  const first = scenario.prices[0] ?? [];
  const debtDecimals = settings.integer("debt", "decimals");
  const signers = await connection.ethers.getSigners();
  const [deployer] = signers;
  if (deployer === undefined || signers.length < ROLES.length)
    throw new Error("the lab's chain has too few accounts");
  const actors = Object.fromEntries(ROLES.map((role, i) => [role, signers[i]?.address ?? ""])) as Actors;
  for (const address of Object.values(actors)) {
    await connection.provider.request({
      method: "hardhat_setBalance",
      params: [address, "0x1000000000000000000000000"],
    });
  }
  const uniswap = await Uniswap.deploy(deployer, deployer.address);
  const parameters = labParameters(scenario, settings, await uniswap.factoryAddress);
  const planned = plannedVaults(
    settings,
    scenario.assets.map((a, id) => ({ ...a, priceWad: first[id] ?? 0n })),
    debtDecimals,
    vaultCount,
    seed,
  );
  const deployment = await deployInMemory(connection, parameters);
  const client = connect(deployment, deployer);
  const { autopilot: autopilotAddress = "" } = deployment;
  const autopilot = Autopilot__factory.connect(autopilotAddress, deployer);
  const { accruedAt } = await client.lendingPool.poolState();
  const model = new SystemModel(termsOf(deployment), accruedAt);
  const histories: FeedHistory[] = [];
  for (const { id, primary } of deployment.assets) {
    const accepted = await client.oracleGuard.lastGoodPrice(id);
    model.oracleGuard.restoreLastGoodPrice(id, accepted.goodPrice, accepted.timestamp);
    const latest = await client.feeds[id]?.latestRoundData();
    if (latest === undefined) throw new RangeError(`no feed for asset ${id}`);
    histories.push(new FeedHistory(primary.feed, latest));
  }

  await fundActors(connection, client, uniswap, actors);
  const markets = await openMarkets(uniswap, deployment, scenario, settings);

  const openingDebt = planned.reduce((sum, v) => (v.opensAt === null ? sum + v.debt : sum), 0n);
  const lent = (openingDebt * WAD) / parseUnits(settings.text("lenders", "utilisation"), 18);
  const donation = parseUnits(settings.text("reserve", "donation"), debtDecimals);
  const capitalShare = parseUnits(settings.text("backstop", "capital"), 18);
  const backstopCapital = settings.flag("backstop", "enabled") ? (openingDebt * capitalShare) / WAD : 0n;
  const chain = await LabChain.takeOver(connection);
  const world: LabWorld = {
    connection,
    chain,
    client,
    autopilot,
    autopilotAddress,
    model,
    histories,
    uniswapPools: markets,
    routerAddress: uniswap.routerAddress,
    actors,
    vaults: planned.map((v) => ({ ...v, key: vaultKey(actors.borrower, BigInt(v.index)) })),
    openingDebt,
    lent,
    backstopCapital,
  };
  // Set-up precedes the first step: funds and feeds, then plans, then blocks of vaults, a second
  // apart.
  const blocks = Math.max(1, Math.ceil(planned.length / OPEN_BLOCK));
  const start = (scenario.times[0] ?? 0) - 1 - blocks;
  await fundSystem(world, donation, first, start - 2);
  await setAutopilotPlans(world, settings, start - 1);
  await openVaults(world, start, (done, total) => onProgress?.({ phase: "opening", done, total }));
  return world;
}

/** Mints every paying actor 2^126 units of every token, and approves the contracts that it pays. */
async function fundActors(
  connection: NetworkConnection,
  client: Client,
  uniswap: Uniswap,
  actors: Actors,
): Promise<void> {
  const { engine, pool, auctionHouse, backstop } = client.deployment.contracts;
  const { routerAddress } = uniswap;
  const spenders: Partial<Record<keyof Actors, readonly string[]>> = {
    deployer: [pool, await uniswap.managerAddress],
    keeper: [engine, routerAddress],
    arbitrageur: [routerAddress],
    borrower: [engine],
    bidder: [auctionHouse, routerAddress],
    depositor: [backstop],
  };
  for (const [role, addresses] of Object.entries(spenders)) {
    const account = actors[role as keyof Actors];
    const signer = await connection.ethers.getSigner(account);
    for (const token of [client.debtToken, ...client.tokens]) {
      await (await token.mint(account, LARGE_BALANCE)).wait();
      for (const spender of addresses)
        await (await token.connect(signer).approve(spender, MAX_UINT256)).wait();
    }
  }
}

/**
 * Mines one block at `time` [s] with the deposits of lenders and backstop, the donation to the
 * reserve, and the first answers of the feeds.
 */
async function fundSystem(
  world: LabWorld,
  donation: bigint,
  first: readonly bigint[],
  time: number,
): Promise<void> {
  const { actors, backstopCapital, client, histories, lent, model } = world;
  const { contracts, assets } = client.deployment;
  model.now = BigInt(time);
  const pool = client.lendingPool.interface;
  const sent = [
    await send(
      world,
      actors.deployer,
      contracts.pool,
      pool.encodeFunctionData("deposit", [lent, actors.deployer]),
    ),
  ];
  model.lendingPool.deposit(lent);
  if (donation > 0n) {
    sent.push(
      await send(world, actors.deployer, contracts.pool, pool.encodeFunctionData("donate", [donation])),
    );
    model.lendingPool.donate(donation);
  }
  if (backstopCapital > 0n) {
    const { depositor } = actors;
    const data = client.backstopPool.interface.encodeFunctionData("deposit", [backstopCapital, depositor]);
    sent.push(await send(world, depositor, contracts.backstop, data));
    model.backstopPool.deposit(depositor, backstopCapital);
  }
  for (const asset of assets) {
    const answer = feedAnswer(first[asset.id] ?? 0n);
    const call = client.feeds[asset.id]?.interface.encodeFunctionData("setAnswer", [answer]) ?? "0x";
    sent.push(await send(world, actors.oracle, asset.primary.feed, call));
    model.oracleGuard.setFeed(asset.id, { answer, updatedAt: model.now });
    histories[asset.id]?.add(answer, model.now);
  }
  requireOk(await world.chain.mine(time), sent);
}

/**
 * Sets the plans of all owners that have one, in one block at `time` [s], before their vaults open.
 */
async function setAutopilotPlans(world: LabWorld, settings: Settings, time: number): Promise<void> {
  const { actors, autopilot, autopilotAddress, client, vaults } = world;
  const planned = vaults.filter((v) => v.autopilot);
  if (planned.length === 0) return;
  const { engine } = client.deployment.contracts;
  const approve = client.vaultEngine.interface.encodeFunctionData("setOperator", [autopilotAddress, true]);
  const sent = [await send(world, actors.borrower, engine, approve)];
  for (const { index, asset } of planned) {
    const plan = {
      asset,
      poolFee: settings.integer("market", "feePips"),
      triggerHealth: settings.integer("autopilot", "triggerHealthBps"),
      targetHealth: settings.integer("autopilot", "targetHealthBps"),
      maxCost: settings.integer("autopilot", "maxCostBps"),
      maxSlippage: 0,
    };
    const data = autopilot.interface.encodeFunctionData("set", [index, plan]);
    sent.push(await send(world, actors.borrower, autopilotAddress, data));
  }
  requireOk(await world.chain.mine(time), sent);
}

/** Opens every vault that is not late, in blocks a second apart from `time` [s] on. */
async function openVaults(
  world: LabWorld,
  time: number,
  onOpened: (done: number, total: number) => void,
): Promise<void> {
  const { actors, chain, client, model } = world;
  const twin = new TwinSystem(client, model);
  const { interface: abi } = client.vaultEngine;
  const vaults = world.vaults.filter((v) => v.opensAt === null);
  let opened: Sent[] = [];
  for (let from = 0; from < vaults.length; from += OPEN_BATCH) {
    const at = time + Math.floor(from / OPEN_BLOCK);
    model.now = BigInt(at);
    const calls = vaults.slice(from, from + OPEN_BATCH).flatMap((v) => {
      const opening = openingOf(v, actors.borrower);
      applyOpening(twin, v.index, opening);
      return opening.map((operation) => twin.callOf(operation).data);
    });
    const data = abi.encodeFunctionData("multicall", [calls]);
    opened.push(await send(world, actors.borrower, client.deployment.contracts.engine, data));
    const done = Math.min(from + OPEN_BATCH, vaults.length);
    if (done < vaults.length && done % OPEN_BLOCK !== 0) continue;
    requireOk(await chain.mine(at), opened);
    opened = [];
    onOpened(done, vaults.length);
  }
}

async function send({ chain }: LabWorld, from: string, to: string, data: string): Promise<Sent> {
  return await chain.send(from, to, data, SETUP_CALL_GAS, SETUP_GAS_PRICE);
}

/** The operations that open a vault. */
function openingOf(
  { key: vault, asset, collateral, debt }: LabVault,
  borrower: string,
): [OperationOf<"deposit">, OperationOf<"borrow">] {
  return [
    { kind: "deposit", vault, asset, amount: collateral },
    { kind: "borrow", vault, amount: debt, to: borrower },
  ];
}

/**
 * Opens a vault in the model. Throws an `InputError` if the model refuses it, because the chain
 * would refuse it too.
 */
function applyOpening(twin: TwinSystem, index: number, opening: readonly Operation[]): void {
  try {
    for (const operation of opening) twin.apply(operation);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new InputError(`parameters: vault ${index} cannot be opened: ${error.message}`);
  }
}

async function openMarkets(
  uniswap: Uniswap,
  deployment: Deployment,
  scenario: Scenario,
  settings: Settings,
): Promise<UniswapPool[]> {
  const debt = { address: deployment.debtAsset.token, decimals: deployment.debtAsset.decimals };
  const markets: UniswapPool[] = [];
  for (const asset of deployment.assets) {
    const depth = parseUnits(settings.text(asset.symbol, "depth"), debt.decimals);
    const collateral = { address: asset.token, decimals: asset.decimals };
    const price = scenario.prices[0]?.[asset.id] ?? 0n;
    markets.push(
      await uniswap.createPool(collateral, debt, price, depth, settings.integer("market", "feePips")),
    );
  }
  return markets;
}

function requireOk(receipts: ReadonlyMap<string, { ok: boolean }>, sent: readonly { hash: string }[]): void {
  if (sent.some(({ hash }) => receipts.get(hash)?.ok !== true))
    throw new Error("the lab could not set up its system");
}
