import type { Deployment } from "../src/protocol/deployments.js";
import type { KnownDecimals, SystemParameters } from "../src/protocol/parameters/convert.js";

/** Addresses of a deployed `systemModule`, by the names the module returns. */
export type DeployedAddresses = Readonly<Record<string, string>>;

/** The record of a deployment, from its parameters and its results. */
export function recordOf(
  chain: { readonly chainId: number; readonly genesisHash: string; readonly block: number },
  p: SystemParameters,
  decimals: KnownDecimals,
  addresses: DeployedAddresses,
): Deployment {
  const at = (name: string): string => {
    const address = addresses[name];
    if (address === undefined) throw new RangeError(`the deployment has no ${name}`);
    return address;
  };
  return {
    ...chain,
    contracts: {
      manager: at("manager"),
      riskConfig: at("riskConfig"),
      oracle: at("oracle"),
      breaker: at("breaker"),
      volatility: at("volatility"),
      engine: at("engine"),
      pool: at("pool"),
      auctionHouse: at("auctionHouse"),
      backstop: at("backstop"),
      lens: at("lens"),
    },
    ...(p.executor && { executor: at("executor") }),
    ...(p.autopilot && { autopilot: at("autopilot") }),
    debtAsset: {
      symbol: p.debtAsset.symbol,
      token: at("debtToken"),
      decimals: decimals.debt,
      ...(p.debtAsset.source && { source: { feed: at("debtFeed"), decimals: decimals.debtFeed ?? 0 } }),
    },
    assets: p.assets.map((a, id) => ({
      id,
      symbol: a.symbol,
      token: at(`token_${a.symbol}`),
      decimals: decimals.assets[id]?.token ?? 0,
      primary: { feed: at(`feed_${a.symbol}`), decimals: decimals.assets[id]?.primary ?? 0 },
      ...(a.secondary && {
        secondary: { feed: at(`feed2_${a.symbol}`), decimals: decimals.assets[id]?.secondary ?? 0 },
      }),
    })),
    parameters: p,
  };
}
