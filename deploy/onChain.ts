import { keccak256 } from "ethers";

import {
  type KnownDecimals,
  ParameterError,
  type SecondaryParameters,
  type SystemParameters,
} from "../src/protocol/parameters/convert.js";

/** A node, in the interface that Hardhat and Ignition use. */
export interface Eip1193 {
  request(call: { readonly method: string; readonly params?: unknown[] }): Promise<unknown>;
}

const DECIMALS_SELECTOR = "0x313ce567";
/** token0() and token1(). */
const TOKEN_SELECTORS = ["0x0dfe1681", "0xd21220a7"] as const;
const NO_CODE = "0x";

/**
 * Decimals of every token and feed: read from the chain where an address is given, taken from the
 * parameters for mocks. Throws a `ParameterError` that names the field whose address does not
 * answer.
 */
export async function resolveDecimals(p: SystemParameters, node: Eip1193): Promise<KnownDecimals> {
  const token = async (field: string, t: SystemParameters["debtAsset"]["token"]): Promise<number> =>
    "mock" in t ? t.mock.decimals : await askDecimals(node, `${field}.token.address`, t.address, 24);
  const feed = async (field: string, s: SecondaryParameters): Promise<number> => {
    if ("mock" in s.feed) return s.feed.mock.decimals;
    if ("uniswap" in s.feed) return s.feed.uniswap.decimals;
    return await askDecimals(node, `${field}.feed.address`, s.feed.address, 36);
  };

  const debt = await token("debtAsset", p.debtAsset.token);
  const { source } = p.debtAsset;
  const debtFeed = source && (await feed("debtAsset.source", source));
  const assets: KnownDecimals["assets"][number][] = [];
  for (const [i, asset] of p.assets.entries()) {
    const field = `assets[${i}]`;
    const primary = await feed(`${field}.primary`, asset.primary);
    const secondary = asset.secondary && (await feed(`${field}.secondary`, asset.secondary));
    if (asset.secondary && "uniswap" in asset.secondary.feed && "address" in asset.token) {
      const { pool } = asset.secondary.feed.uniswap;
      await requirePoolOf(node, `${field}.secondary.feed.uniswap.pool`, pool, asset.token.address);
    }
    assets.push({
      token: await token(field, asset.token),
      primary,
      ...(secondary !== undefined && { secondary }),
    });
  }
  return { debt, ...(debtFeed !== undefined && { debtFeed }), assets };
}

/** Hash of the code at each of `addresses`; null where there is none. */
export async function codeHashes(
  node: Eip1193,
  addresses: readonly string[],
): Promise<Map<string, string | null>> {
  const hashes = new Map<string, string | null>();
  for (const address of addresses) {
    const code = String(await node.request({ method: "eth_getCode", params: [address, "latest"] }));
    hashes.set(address, code === NO_CODE ? null : keccak256(code));
  }
  return hashes;
}

async function requirePoolOf(node: Eip1193, field: string, pool: string, token: string): Promise<void> {
  const tokens = await Promise.all(TOKEN_SELECTORS.map((selector) => askWord(node, pool, selector)));
  if (tokens.includes(BigInt(token))) return;
  throw new ParameterError(`${field}: ${pool}: must be a Uniswap v3 pool of ${token} on this chain`);
}

async function askDecimals(node: Eip1193, field: string, address: string, max: number): Promise<number> {
  const decimals = (await askWord(node, address, DECIMALS_SELECTOR)) ?? BigInt(max) + 1n;
  if (decimals > BigInt(max)) {
    throw new ParameterError(
      `${field}: ${address}: must be a contract on this chain with 0 to ${max} decimals()`,
    );
  }
  return Number(decimals);
}

/** The one word that a contract returns; null if there is no contract or it reverts. */
async function askWord(node: Eip1193, to: string, data: string): Promise<bigint | null> {
  try {
    const answer = String(await node.request({ method: "eth_call", params: [{ to, data }, "latest"] }));
    return /^0x[0-9a-fA-F]{64}$/.test(answer) ? BigInt(answer) : null;
  } catch {
    return null;
  }
}
