import type { KnownDecimals, SystemParameters } from "../../src/protocol/parameters/convert.js";

/**
 * The decimals that the parameters alone give. They suffice if all tokens are mocks and no feed is
 * deployed yet. Throws an `Error` otherwise.
 */
export function mockDecimals(p: SystemParameters): KnownDecimals {
  return {
    debt: tokenDecimals(p.debtAsset.token),
    ...(p.debtAsset.source && { debtFeed: feedDecimals(p.debtAsset.source) }),
    assets: p.assets.map((a) => ({
      token: tokenDecimals(a.token),
      primary: feedDecimals(a.primary),
      ...(a.secondary && { secondary: feedDecimals(a.secondary) }),
    })),
  };
}

type Asset = SystemParameters["assets"][number];

function tokenDecimals(t: Asset["token"]): number {
  if ("mock" in t) return t.mock.decimals;
  throw new Error(`token ${t.address}: its decimals must be read from the chain`);
}

function feedDecimals(s: NonNullable<Asset["secondary"]>): number {
  if ("mock" in s.feed) return s.feed.mock.decimals;
  if ("uniswap" in s.feed) return s.feed.uniswap.decimals;
  throw new Error(`feed ${s.feed.address}: its decimals must be read from the chain`);
}
