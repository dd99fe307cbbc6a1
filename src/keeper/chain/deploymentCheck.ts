import { type Provider, ZeroAddress } from "ethers";

import { AggregatorV3Interface__factory } from "../../../types/index.js";
import type { Source } from "../../model/index.js";
import type { Client } from "../../protocol/client.js";
import { termsOf } from "../../protocol/deployments.js";
import { poolTermsOf } from "../../protocol/parameters/convert.js";

type Value = bigint | boolean | string;

/** A field of the deployment record, its recorded value, and the value on the chain. */
type Pair = readonly [field: string, recorded: Value, actual: Value];

/**
 * Compares the deployment record with the chain, for everything that the keeper does not read
 * again: code at every address, references between contracts, decimals, interest, listed assets,
 * and their sources with bounds.
 * Returns the first difference as one line that names the field, the recorded value and the chain's
 * value; null if there is none. Risk parameters are not compared, because they may change at any
 * time and the keeper reads them with every block.
 */
export async function firstDifference(client: Client, provider: Provider): Promise<string | null> {
  const { contracts, executor, autopilot } = client.deployment;
  const deployed = {
    ...Object.fromEntries(Object.entries(contracts).map(([name, address]) => [`contracts.${name}`, address])),
    ...(executor !== undefined && { executor }),
    ...(autopilot !== undefined && { autopilot }),
  };
  for (const [name, address] of Object.entries(deployed)) {
    if ((await provider.getCode(address)) === "0x")
      return `${name}: ${address}: must be a contract, but there is no code at this address`;
  }
  return (
    difference(await wiring(client)) ??
    difference(await interest(client)) ??
    (await differenceOfAssets(client, provider))
  );
}

async function wiring({
  deployment,
  vaultEngine,
  vaultLens,
  auctionHouse,
  oracleGuard,
}: Client): Promise<Pair[]> {
  const { contracts, debtAsset } = deployment;
  const read = await Promise.all([
    vaultEngine.pool(),
    vaultEngine.riskConfig(),
    vaultEngine.oracle(),
    vaultEngine.breaker(),
    vaultEngine.volatility(),
    vaultEngine.auctionHouse(),
    vaultEngine.authority(),
    auctionHouse.backstop(),
    vaultLens.engine(),
    vaultEngine.debtAsset(),
  ]);
  const [pool, riskConfig, guard, breaker, volatility, house, manager, backstop, watched, debtToken] = read;
  return [
    ["contracts.pool", contracts.pool, pool],
    ["contracts.riskConfig", contracts.riskConfig, riskConfig],
    ["contracts.oracle", contracts.oracle, guard],
    ["contracts.breaker", contracts.breaker, breaker],
    ["contracts.volatility", contracts.volatility, volatility],
    ["contracts.auctionHouse", contracts.auctionHouse, house],
    ["contracts.manager", contracts.manager, manager],
    ["contracts.backstop", contracts.backstop, backstop],
    ["contracts.engine", contracts.engine, watched],
    ["debtAsset.token", debtAsset.token, debtToken],
    ["debtAsset.decimals", BigInt(debtAsset.decimals), await oracleGuard.debtDecimals()],
  ];
}

async function interest({ deployment, lendingPool }: Client): Promise<Pair[]> {
  const actual = (await lendingPool.terms()) as unknown as Readonly<Record<string, bigint>>;
  return Object.entries(poolTermsOf(deployment.parameters.rate)).map(([term, recorded]) => [
    `parameters.rate (${term})`,
    BigInt(recorded),
    actual[term] ?? 0n,
  ]);
}

async function differenceOfAssets(client: Client, provider: Provider): Promise<string | null> {
  const { deployment, riskConfig, oracleGuard } = client;
  const { assets, debtAsset, parameters } = deployment;
  const listed = Number(await riskConfig.assetCount());
  if (listed !== assets.length) return `assets: ${assets.length}: must be the ${listed} that are listed`;
  const terms = termsOf(deployment);
  const decimalsOf = async (feed: string): Promise<bigint> =>
    await AggregatorV3Interface__factory.connect(feed, provider).decimals();

  const pairs: Pair[] = [];
  if (debtAsset.source !== undefined) {
    const actual = await oracleGuard.debtSource();
    const { feed, decimals } = debtAsset.source;
    pairs.push(...sourcePairs("debtAsset.source", feed, terms.debtSource, actual));
    pairs.push(["debtAsset.source.decimals", BigInt(decimals), await decimalsOf(actual.feed)]);
  }
  for (const [id, { token, decimals, primary, secondary }] of assets.entries()) {
    const { risk } = await riskConfig.assetRisk(id);
    const actual = await oracleGuard.assetSources(id);
    const [at, recorded] = [`assets[${id}]`, terms.assets[id]];
    pairs.push(
      [`${at}.token`, token, risk.token],
      [`${at}.decimals`, BigInt(decimals), risk.decimals],
      ...sourcePairs(`${at}.primary`, primary.feed, recorded?.primary, actual.primary),
      ...sourcePairs(
        `${at}.secondary`,
        secondary?.feed ?? ZeroAddress,
        recorded?.secondary,
        actual.secondary,
      ),
      [`parameters.${at}.maxDeviationBps`, recorded?.maxDeviation ?? 0n, actual.maxDeviation],
      [`parameters.${at}.composed`, recorded?.composed ?? false, actual.composed],
      [
        `parameters.${at}.sequenced`,
        parameters.assets[id]?.sequenced ?? false,
        await oracleGuard.isSequenced(id),
      ],
    );
    const found = difference(pairs);
    if (found !== null) return found;
    pairs.push([`${at}.primary.decimals`, BigInt(primary.decimals), await decimalsOf(primary.feed)]);
    if (secondary !== undefined)
      pairs.push([`${at}.secondary.decimals`, BigInt(secondary.decimals), await decimalsOf(secondary.feed)]);
  }
  return difference(pairs);
}

function sourcePairs(
  path: string,
  feed: string,
  recorded: Source | undefined,
  actual: { feed: string; heartbeat: bigint; minAnswer: bigint; maxAnswer: bigint },
): Pair[] {
  const feeds: Pair = [`${path}.feed`, feed, actual.feed];
  if (recorded === undefined) return [feeds];
  return [
    feeds,
    [`parameters.${path}.heartbeatSeconds`, recorded.heartbeat, actual.heartbeat],
    [`parameters.${path}.minAnswer (feed units)`, recorded.minAnswer, actual.minAnswer],
    [`parameters.${path}.maxAnswer (feed units)`, recorded.maxAnswer, actual.maxAnswer],
  ];
}

function difference(pairs: readonly Pair[]): string | null {
  const plain = (value: Value): Value => (typeof value === "string" ? value.toLowerCase() : value);
  const found = pairs.find(([, recorded, actual]) => plain(recorded) !== plain(actual));
  return found === undefined ? null : `${found[0]}: ${found[1]}: must be ${found[2]}, as on chain`;
}
