import { AbiCoder, formatUnits, parseUnits } from "ethers";

import {
  type KnownDecimals,
  ParameterError,
  type SecondaryParameters,
  type SystemParameters,
} from "../src/protocol/parameters/convert.js";
import { contradictionWith } from "../src/protocol/parameters/relations.js";
import { debtAtCap, SALE_DEPTHS, sellableDebt } from "../src/protocol/parameters/sizing.js";
import type { Eip1193 } from "./onChain.js";

/** latestRoundData() and balanceOf(address). */
const LATEST_ROUND = "0xfeaf968c";
const BALANCE_OF = "0x70a08231";
const PRICE_ONE = 10n ** 36n;

/** A source's newest answer [feed units] and the time of the answer [s]. */
interface Answer {
  readonly answer: bigint;
  readonly updatedAt: bigint;
}

/** One source of the parameters, with its dotted path and its name for people. */
interface Named {
  readonly path: string;
  readonly name: string;
  readonly source: SecondaryParameters;
  readonly decimals: number;
}

/**
 * Checks everything that can be checked before the first transaction. Reads each source once. A
 * pool is not read, because the contract that averages its price is not deployed yet. Throws a
 * `ParameterError` for an amount that does not fit its token, for a source that does not answer,
 * and for an answer at or beyond the source's own bounds.
 * @returns lines for people: every price, and warnings
 */
export async function preflight(
  p: SystemParameters,
  decimals: KnownDecimals,
  node: Eip1193,
): Promise<string[]> {
  const contradiction = contradictionWith(p, decimals);
  if (contradiction !== undefined) throw new ParameterError(contradiction);
  const block = await node.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
  const now = BigInt((block as { timestamp: string }).timestamp);
  const lines: string[] = [];
  const answers = new Map<string, bigint>();
  for (const named of sourcesOf(p, decimals)) {
    const { path, name, source } = named;
    const found = await answerOf(named, now, node);
    if (found === null) continue;
    requireWithin(named, found.answer);
    answers.set(path, found.answer);
    const age = now > found.updatedAt ? now - found.updatedAt : 0n;
    const bounds = `bounds ${source.minAnswer} to ${source.maxAnswer}`;
    lines.push(`${name}: ${formatUnits(found.answer, named.decimals)}, ${age} s old, ${bounds}`);
    if (age > source.heartbeatSeconds)
      lines.push(
        `WARNING: ${name}: ${age} s old: its heartbeat is ${source.heartbeatSeconds} s, so its price will be doubtful or dead`,
      );
  }
  for (const [i, asset] of p.assets.entries()) {
    const answer = answers.get(`assets[${i}].primary`);
    if (answer !== undefined)
      lines.push(...(await saleOf(p, i, asset, answer, answers.get("debtAsset.source"), decimals, node)));
  }
  return lines;
}

/** Reads a feed's newest answer; null if the feed gives none. */
export async function latestAnswer(node: Eip1193, feed: string): Promise<Answer | null> {
  try {
    const data = String(
      await node.request({ method: "eth_call", params: [{ to: feed, data: LATEST_ROUND }, "latest"] }),
    );
    const [, answer, , updatedAt] = AbiCoder.defaultAbiCoder().decode(
      ["uint80", "int256", "uint256", "uint256", "uint80"],
      data,
    ) as unknown as readonly [bigint, bigint, bigint, bigint];
    return { answer, updatedAt };
  } catch {
    return null;
  }
}

function sourcesOf(p: SystemParameters, decimals: KnownDecimals): Named[] {
  const { source, symbol } = p.debtAsset;
  return [
    ...(source ? [{ path: "debtAsset.source", name: symbol, source, decimals: decimals.debtFeed ?? 0 }] : []),
    ...p.assets.flatMap((a, i) => [
      {
        path: `assets[${i}].primary`,
        name: a.symbol,
        source: a.primary,
        decimals: decimals.assets[i]?.primary ?? 0,
      },
      ...(a.secondary
        ? [
            {
              path: `assets[${i}].secondary`,
              name: `${a.symbol}, second source`,
              source: a.secondary,
              decimals: decimals.assets[i]?.secondary ?? 0,
            },
          ]
        : []),
    ]),
  ];
}

async function answerOf(
  { path, source, decimals }: Named,
  now: bigint,
  node: Eip1193,
): Promise<Answer | null> {
  const { feed } = source;
  if ("mock" in feed) return { answer: parseUnits(feed.mock.answer, decimals), updatedAt: now };
  if ("uniswap" in feed) return null;
  const found = await latestAnswer(node, feed.address);
  if (found === null)
    throw new ParameterError(
      `${path}.feed.address: ${feed.address}: must be a feed that answers latestRoundData()`,
    );
  return found;
}

function requireWithin({ path, source, decimals }: Named, answer: bigint): void {
  const { minAnswer, maxAnswer } = source;
  const shown = formatUnits(answer, decimals);
  if (answer <= parseUnits(minAnswer, decimals))
    throw new ParameterError(
      `${path}.minAnswer: "${minAnswer}": must be below what the feed answers now, ${shown}`,
    );
  if (answer >= parseUnits(maxAnswer, decimals))
    throw new ParameterError(
      `${path}.maxAnswer: "${maxAnswer}": must be above what the feed answers now, ${shown}`,
    );
}

/**
 * Lines about an asset whose market can be read: its depth, and whether its supply cap is too large
 * for it.
 */
async function saleOf(
  p: SystemParameters,
  i: number,
  asset: SystemParameters["assets"][number],
  answer: bigint,
  debtAnswer: bigint | undefined,
  decimals: KnownDecimals,
  node: Eip1193,
): Promise<string[]> {
  const known = decimals.assets[i];
  const { secondary, token } = asset;
  if (secondary === undefined || !("uniswap" in secondary.feed) || known === undefined) return [];
  if (!("address" in p.debtAsset.token) || !("address" in token)) return [];
  const { pool } = secondary.feed.uniswap;
  const depth = await balanceOf(node, p.debtAsset.token.address, pool);
  const text = (amount: bigint): string => `${formatUnits(amount, decimals.debt)} ${p.debtAsset.symbol}`;
  if (depth === 0n)
    return [
      `${asset.symbol}: its pool ${pool} holds no ${p.debtAsset.symbol}: what can be sold of it is not known`,
    ];
  const one = 10n ** BigInt(decimals.debt);
  const perDebt =
    asset.composed && debtAnswer !== undefined ? debtAnswer : 10n ** BigInt(decimals.debtFeed ?? 0);
  const scale = 10n ** BigInt(decimals.debtFeed ?? 0);
  const price = (PRICE_ONE * one * answer * scale) / (10n ** BigInt(known.primary + known.token) * perDebt);
  const debt = debtAtCap(parseUnits(asset.supplyCap, known.token), price, BigInt(asset.ltvBps));
  const most = sellableDebt(depth);
  const facts = `its pool holds ${text(depth)}; at its supply cap it secures ${text(debt)}`;
  return debt <= most
    ? [`${asset.symbol}: ${facts}, within ${SALE_DEPTHS} times the depth`]
    : [
        `WARNING: assets[${i}].supplyCap: "${asset.supplyCap}": ${facts}: more than ${SALE_DEPTHS} times the depth, ${text(most)}, cannot be sold in a crash`,
      ];
}

async function balanceOf(node: Eip1193, token: string, holder: string): Promise<bigint> {
  const data = `${BALANCE_OF}${holder.slice(2).padStart(64, "0")}`;
  const answer = String(await node.request({ method: "eth_call", params: [{ to: token, data }, "latest"] }));
  return answer === "0x" ? 0n : BigInt(answer);
}
