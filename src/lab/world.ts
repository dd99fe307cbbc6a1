import { parseUnits } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../deploy/inMemory.js";
import { UsageError } from "../cli/args.js";
import { MAX_UINT256, ModelError, SystemModel, type VaultKey, WAD, vaultKey } from "../model/index.js";
import { type Client, connect } from "../protocol/client.js";
import { type Deployment, termsOf } from "../protocol/deployments.js";
import { ParameterError, type SystemParameters, parseParameters } from "../protocol/parameters.js";
import { FEE_TIERS, type Market, Uniswap } from "./amm.js";
import { LabChain } from "./chain.js";
import { formatUnitsExact } from "./decimal.js";
import { type PlannedVault, plannedVaults } from "./population.js";
import type { Scenario } from "./scenario.js";
import type { Settings } from "./settings.js";

/** Decimals of the lab's price feeds. */
const FEED_DECIMALS = 8;
/** WAD to feed units. */
const FEED_UNIT = 10n ** 10n;
/** Vaults opened per transaction, to stay below the gas a transaction may use. */
const OPEN_BATCH = 40;
const PLENTY = 2n ** 126n;
/** Feeds with eight decimals say nothing useful of a price below this [feed units]. */
const MIN_FIRST_ANSWER = 100n;
const SETUP_GAS_PRICE = 10n ** 9n;

/** Who acts on the lab's chain. */
export interface Actors {
  readonly deployer: string;
  readonly keeper: string;
  readonly arbitrageur: string;
  readonly borrower: string;
  readonly oracle: string;
}

/** The system, its AMM and its model at the first second of a scenario, with every vault open. */
export interface LabWorld {
  readonly connection: NetworkConnection;
  readonly chain: LabChain;
  readonly client: Client;
  readonly model: SystemModel;
  readonly markets: readonly Market[];
  readonly routerAddress: string;
  readonly actors: Actors;
  readonly vaults: readonly (PlannedVault & { readonly key: VaultKey })[];
  /** Opening totals [debt units]. */
  readonly lent: bigint;
}

/** A market price [WAD] as the lab's feeds answer it: rounded down to eight decimals. */
export function feedAnswer(priceWad: bigint): bigint {
  return priceWad / FEED_UNIT;
}

/** The deployment parameters of a scenario under `settings`. Throws a `ParameterError` for a set that cannot be deployed. */
export function labParameters(scenario: Scenario, settings: Settings): SystemParameters {
  const all = (section: string, keys: readonly string[]): Record<string, string> =>
    Object.fromEntries(keys.map((key) => [key, settings.text(section, key)]));
  checkSettings(scenario, settings);
  return parseParameters({
    debtAsset: {
      symbol: scenario.debtAsset.symbol,
      token: { mock: { name: "Lab Dollar", decimals: settings.integer("debt", "decimals") } },
    },
    rate: {
      ...all("rate", ["basePerYear", "kink", "slopeBelowPerYear", "slopeAbovePerYear", "maxPerYear"]),
      reserveFactorBps: settings.integer("rate", "reserveFactorBps"),
    },
    system: {
      ...all("system", ["borrowCap", "dust"]),
      targetHealthBps: settings.integer("system", "targetHealthBps"),
    },
    assets: scenario.assets.map(({ symbol, decimals }, id) => {
      const first = scenario.prices[0]?.[id] ?? 0n;
      if (feedAnswer(first) < MIN_FIRST_ANSWER) {
        throw new ParameterError(
          `first price of ${symbol}: ${formatUnitsExact(first, 18)}: must be at least 0.000001`,
        );
      }
      return {
        symbol,
        token: { mock: { name: `Lab ${symbol}`, decimals } },
        primary: {
          feed: {
            mock: { decimals: FEED_DECIMALS, answer: formatUnitsExact(feedAnswer(first), FEED_DECIMALS) },
          },
          heartbeatSeconds: settings.integer(symbol, "heartbeatSeconds"),
          minAnswer: formatUnitsExact(feedAnswer(first / 10n ** 8n), FEED_DECIMALS),
          maxAnswer: formatUnitsExact(feedAnswer(first * 10n ** 8n), FEED_DECIMALS),
        },
        ltvBps: settings.integer(symbol, "ltvBps"),
        liquidationThresholdBps: settings.integer(symbol, "liquidationThresholdBps"),
        minBonusBps: settings.integer(symbol, "minBonusBps"),
        maxBonusBps: settings.integer(symbol, "maxBonusBps"),
        slopeBps: settings.integer(symbol, "slopeBps"),
        supplyCap: settings.text(symbol, "supplyCap"),
      };
    }),
  });
}

/** What settings must fulfil together. */
function checkSettings(scenario: Scenario, settings: Settings): void {
  const fee = settings.integer("market", "feePips");
  if (!FEE_TIERS.includes(fee)) {
    throw new ParameterError(`market.feePips: ${fee}: must be one of ${FEE_TIERS.join(", ")}`);
  }
  for (const [low, high] of [
    ["minUse", "maxUse"],
    ["minDebt", "maxDebt"],
  ] as const) {
    const [least, most] = [settings.text("population", low), settings.text("population", high)];
    if (parseUnits(least, 18) <= parseUnits(most, 18)) continue;
    throw new ParameterError(`population.${low}: ${least}: must be at most population.${high}, ${most}`);
  }
  const decimals = settings.integer("debt", "decimals");
  for (const [section, key] of [
    ["system", "borrowCap"],
    ["system", "dust"],
    ["population", "minDebt"],
    ["population", "maxDebt"],
    ["reserve", "donation"],
    ["keeper", "minProfit"],
    ...scenario.assets.map(({ symbol }) => [symbol, "depth"] as const),
  ] as const) {
    const value = settings.text(section, key);
    if ((value.split(".")[1] ?? "").length > decimals) {
      throw new ParameterError(`${section}.${key}: ${value}: must have at most ${decimals} decimals`);
    }
  }
}

/** Deploys everything on `connection`, opens the vaults at the first price, and takes over mining. */
export async function createWorld(
  connection: NetworkConnection,
  scenario: Scenario,
  settings: Settings,
  vaultCount: number,
  seed: number,
): Promise<LabWorld> {
  const parameters = labParameters(scenario, settings);
  const debtDecimals = settings.integer("debt", "decimals");
  const first = scenario.prices[0] ?? [];
  const planned = plannedVaults(
    settings,
    scenario.assets.map((a, id) => ({ ...a, priceWad: first[id] ?? 0n })),
    debtDecimals,
    vaultCount,
    seed,
  );
  const deployment = await deployInMemory(connection, parameters);
  const signers = await connection.ethers.getSigners();
  const [deployer, keeper, arbitrageur, borrower, oracle] = signers;
  if (!deployer || !keeper || !arbitrageur || !borrower || !oracle)
    throw new Error("the lab's chain has too few accounts");
  const actors: Actors = {
    deployer: deployer.address,
    keeper: keeper.address,
    arbitrageur: arbitrageur.address,
    borrower: borrower.address,
    oracle: oracle.address,
  };
  for (const address of Object.values(actors)) {
    await connection.provider.request({
      method: "hardhat_setBalance",
      params: [address, "0x1000000000000000000000000"],
    });
  }
  const client = connect(deployment, deployer);
  const { accruedAt } = await client.pool.poolState();
  const model = new SystemModel(termsOf(deployment), accruedAt);
  for (const { id } of deployment.assets) {
    const accepted = await client.oracle.lastAccepted(id);
    model.restoreAccepted(id, accepted.acceptedPrice, accepted.timestamp);
  }

  const uniswap = await Uniswap.deploy(deployer, deployment.debtAsset.token);
  const spenders = [client.engine, client.pool, uniswap.routerAddress, await uniswap.managerAddress];
  for (const token of [client.debtToken, ...client.tokens]) {
    for (const signer of [deployer, keeper, arbitrageur, borrower]) {
      await (await token.mint(signer.address, PLENTY)).wait();
      for (const spender of spenders)
        await (await token.connect(signer).approve(spender, MAX_UINT256)).wait();
    }
  }
  const markets = await openMarkets(uniswap, deployment, scenario, settings);

  const debt = planned.reduce((sum, v) => sum + v.debt, 0n);
  const lent = (debt * WAD) / parseUnits(settings.text("lenders", "utilisation"), 18);
  const donation = parseUnits(settings.text("reserve", "donation"), debtDecimals);
  const chain = await LabChain.takeOver(connection);
  const start = (scenario.times[0] ?? 0) - 2;
  const send = (from: string, to: string, data: string) =>
    chain.send(from, to, data, 16_000_000n, SETUP_GAS_PRICE);

  // Two blocks before the first step: lenders and feeds, then all vaults.
  model.now = BigInt(start - 1);
  const sent = [
    await send(
      actors.deployer,
      deployment.contracts.pool,
      client.pool.interface.encodeFunctionData("deposit", [lent, actors.deployer]),
    ),
  ];
  model.lend(lent);
  if (donation > 0n) {
    sent.push(
      await send(
        actors.deployer,
        deployment.contracts.pool,
        client.pool.interface.encodeFunctionData("donate", [donation]),
      ),
    );
    model.donate(donation);
  }
  for (const asset of deployment.assets) {
    const answer = feedAnswer(first[asset.id] ?? 0n);
    const call = client.feeds[asset.id]?.interface.encodeFunctionData("setAnswer", [answer]) ?? "0x";
    sent.push(await send(actors.oracle, asset.primary.feed, call));
    model.setFeed(asset.id, { answer, updatedAt: model.now });
  }
  requireOk(await chain.mine(start - 1), sent);

  const vaults = planned.map((v) => ({ ...v, key: vaultKey(actors.borrower, BigInt(v.index)) }));
  model.now = BigInt(start);
  const opened = [];
  for (let from = 0; from < vaults.length; from += OPEN_BATCH) {
    const engine = client.engine.interface;
    const calls = vaults.slice(from, from + OPEN_BATCH).flatMap((v) => {
      openInModel(model, v);
      return [
        engine.encodeFunctionData("deposit", [v.key, v.asset, v.collateral]),
        engine.encodeFunctionData("borrow", [v.key, v.debt, actors.borrower]),
      ];
    });
    const data = engine.encodeFunctionData("multicall", [calls]);
    opened.push(await send(actors.borrower, deployment.contracts.engine, data));
  }
  requireOk(await chain.mine(start), opened);
  return {
    connection,
    chain,
    client,
    model,
    markets,
    routerAddress: uniswap.routerAddress,
    actors,
    vaults,
    lent,
  };
}

/** Opens a vault in the model; what refuses it there would refuse it on the chain. */
function openInModel(model: SystemModel, v: PlannedVault & { readonly key: VaultKey }): void {
  try {
    model.deposit(v.key, v.asset, v.collateral);
    model.borrow(v.key, v.debt);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new UsageError(`parameters: vault ${v.index} cannot be opened: ${error.message}`);
  }
}

async function openMarkets(
  uniswap: Uniswap,
  deployment: Deployment,
  scenario: Scenario,
  settings: Settings,
): Promise<Market[]> {
  const debt = { address: deployment.debtAsset.token, decimals: deployment.debtAsset.decimals };
  const markets: Market[] = [];
  for (const asset of deployment.assets) {
    const depth = parseUnits(settings.text(asset.symbol, "depth"), debt.decimals);
    const collateral = { address: asset.token, decimals: asset.decimals };
    const price = scenario.prices[0]?.[asset.id] ?? 0n;
    markets.push(
      await uniswap.createMarket(collateral, debt, price, depth, settings.integer("market", "feePips")),
    );
  }
  return markets;
}

function requireOk(receipts: ReadonlyMap<string, { ok: boolean }>, sent: readonly { hash: string }[]): void {
  if (sent.some(({ hash }) => receipts.get(hash)?.ok !== true))
    throw new Error("the lab could not set up its system");
}
