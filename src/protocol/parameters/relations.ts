import { parseUnits } from "ethers";

import { compactDown, compactUp } from "../../model/index.js";
import type { KnownDecimals, SecondaryParameters, SystemParameters } from "./schema.js";

/** A contradiction between fields in one line: the field, its value and the allowed values. */
type Contradiction = string | undefined;

/** Digits at which amounts are compared while their decimals are unknown. */
const FINEST = 36;
/** Limits of the contracts, as in AuctionRules, OracleGuard and RiskConfig. */
const MAX_AUCTION_START_BPS = 20_000;
const MIN_AUCTION_FLOOR_BPS = 1_000;
const MAX_PENALTY_BPS = 2_000;
const MAX_AUCTION_TAIL_SECONDS = 57_600;
const MAX_TIP_BPS = 200;
/** Largest dust that the contracts store [debt units]. */
const MAX_DUST = (1n << 80n) - 1n;
const MOST_VOLATILE = "1000";
const PRICE_DIGITS = 36;
const MAX_PRICE_EXPONENT = 63;

/**
 * The first contradiction that shows without the chain, in one line; undefined if there is none.
 */
export function contradictionIn(p: SystemParameters): Contradiction {
  return first(
    () => first(...p.assets.map((_, i) => () => ofAsset(p, i))),
    () => p.debtAsset.source && ofSource("debtAsset.source", p.debtAsset.source),
    () => ofSystem(p),
    () => ofAuction(p.auction),
    () => ofBreaker(p.breaker),
    () => ofVolatility(p.volatility),
    () =>
      p.sequencer !== undefined && !p.assets.some(({ sequenced }) => sequenced)
        ? "sequencer: given: must be left out unless an asset is sequenced"
        : undefined,
  );
}

/**
 * The first contradiction that shows once the decimals of tokens and feeds are known: an amount
 * finer than its token, bounds that meet when rounded as the guard stores them, or decimals that no
 * price can be computed with.
 */
export function contradictionWith(p: SystemParameters, decimals: KnownDecimals): Contradiction {
  const bounds = (path: string, s: SecondaryParameters, digits: number): Contradiction =>
    first(
      () => tooFine(`${path}.minAnswer`, s.minAnswer, digits),
      () => tooFine(`${path}.maxAnswer`, s.maxAnswer, digits),
      () => ("mock" in s.feed ? tooFine(`${path}.feed.mock.answer`, s.feed.mock.answer, digits) : undefined),
      () =>
        compactUp(parseUnits(s.minAnswer, digits)) >= compactDown(parseUnits(s.maxAnswer, digits))
          ? `${path}.minAnswer: "${s.minAnswer}": must be below maxAnswer ("${s.maxAnswer}") when both are kept to 16 bits`
          : undefined,
    );
  const { source } = p.debtAsset;
  return first(
    () => tooFine("system.borrowCap", p.system.borrowCap, decimals.debt),
    () => tooFine("system.dust", p.system.dust, decimals.debt),
    () =>
      parseUnits(p.system.dust, decimals.debt) > MAX_DUST
        ? `system.dust: "${p.system.dust}": must be below 2^80 units of the debt asset, which has ${decimals.debt} decimals`
        : undefined,
    () => tooFine("auction.flatTip", p.auction.flatTip, decimals.debt),
    () => source && bounds("debtAsset.source", source, decimals.debtFeed ?? 0),
    () =>
      first(
        ...p.assets.map((asset, i) => (): Contradiction => {
          const known = decimals.assets[i];
          if (known === undefined) return undefined;
          const { primary, secondary } = asset;
          const fits = (path: string, feed: number): Contradiction => {
            const exponent = PRICE_DIGITS + decimals.debt - known.token - feed;
            return exponent < 0 || exponent > MAX_PRICE_EXPONENT
              ? `${path}.feed: ${feed} decimals: with the token's ${known.token} must be from ${PRICE_DIGITS + decimals.debt - MAX_PRICE_EXPONENT} to ${PRICE_DIGITS + decimals.debt} together`
              : undefined;
          };
          return first(
            () => tooFine(`assets[${i}].supplyCap`, asset.supplyCap, known.token),
            () => bounds(`assets[${i}].primary`, primary, known.primary),
            () => fits(`assets[${i}].primary`, known.primary),
            () => secondary && bounds(`assets[${i}].secondary`, secondary, known.secondary ?? 0),
            () => secondary && fits(`assets[${i}].secondary`, known.secondary ?? 0),
          );
        }),
      ),
  );
}

function ofAsset(p: SystemParameters, i: number): Contradiction {
  const a = p.assets[i];
  if (a === undefined) return undefined;
  const at = `assets[${i}]`;
  const twin = p.assets.findIndex((b) => b.symbol.toLowerCase() === a.symbol.toLowerCase());
  if (a.ltvBps === 0 || a.ltvBps >= a.liquidationThresholdBps)
    return `${at}.ltvBps: ${a.ltvBps}: must be positive and below liquidationThresholdBps (${a.liquidationThresholdBps})`;
  if ((10_000 + a.maxBonusBps) * a.liquidationThresholdBps >= 100_000_000)
    return `${at}.maxBonusBps: ${a.maxBonusBps}: (1 + maxBonus) * liquidationThreshold must be below 1, or a liquidation could harm the vault`;
  if (a.minBonusBps > a.maxBonusBps)
    return `${at}.minBonusBps: ${a.minBonusBps}: must be at most maxBonusBps (${a.maxBonusBps})`;
  if (a.maxBonusBps === 0 || (a.minBonusBps === 0 && a.slopeBps === 0))
    return `${at}.maxBonusBps: ${a.maxBonusBps}: must be positive, and so must minBonusBps or slopeBps, or nobody is paid to liquidate`;
  if (a.composed && p.debtAsset.source === undefined) return `${at}.composed: true: needs debtAsset.source`;
  if (a.secondary && "uniswap" in a.secondary.feed && "mock" in a.token)
    return `${at}.secondary.feed.uniswap: needs ${at}.token.address: a new mock has no pool yet`;
  if (a.sequenced && p.sequencer === undefined) return `${at}.sequenced: true: needs sequencer`;
  if (twin !== i) return `${at}.symbol: "${a.symbol}": is used twice`;
  if (a.symbol.toLowerCase() === p.debtAsset.symbol.toLowerCase())
    return `${at}.symbol: "${a.symbol}": is the debt asset's; must be another`;
  const same = p.assets.findIndex((b) => sameAddress(a.token, b.token));
  if (same !== i && same >= 0)
    return `${at}.token.address: ${addressOf(a.token)}: is that of assets[${same}]`;
  if (sameAddress(a.token, p.debtAsset.token))
    return `${at}.token.address: ${addressOf(a.token)}: is the debt asset's; must be another token`;
  if (a.secondary === undefined) {
    if (a.maxDeviationBps !== 0)
      return `${at}.maxDeviationBps: ${a.maxDeviationBps}: must be 0 or left out without a secondary source`;
    return ofSource(`${at}.primary`, a.primary);
  }
  if (a.maxDeviationBps === 0)
    return `${at}.maxDeviationBps: 0: must be from 1 to 10000 with a secondary source, or the two never agree`;
  if (sameAddress(a.primary.feed, a.secondary.feed))
    return `${at}.secondary.feed.address: ${addressOf(a.secondary.feed)}: is the primary source's; must be another feed`;
  return ofSource(`${at}.primary`, a.primary) ?? ofSource(`${at}.secondary`, a.secondary);
}

function ofSource(path: string, { feed, minAnswer, maxAnswer }: SecondaryParameters): Contradiction {
  const [least, most] = [finest(minAnswer), finest(maxAnswer)];
  if (least >= most) return `${path}.minAnswer: "${minAnswer}": must be below maxAnswer ("${maxAnswer}")`;
  if (!("mock" in feed)) return undefined;
  const answer = finest(feed.mock.answer);
  return answer <= least || answer >= most
    ? `${path}.feed.mock.answer: "${feed.mock.answer}": must be above minAnswer ("${minAnswer}") and below maxAnswer ("${maxAnswer}")`
    : undefined;
}

function ofSystem({ system, rate }: SystemParameters): Contradiction {
  if (finest(system.dust) === 0n) return `system.dust: "${system.dust}": must be positive`;
  if (finest(system.borrowCap) < finest(system.dust))
    return `system.borrowCap: "${system.borrowCap}": must be at least dust ("${system.dust}"), or nobody can borrow`;
  for (const key of ["basePerYear", "slopeBelowPerYear", "slopeAbovePerYear", "maxPerYear"] as const) {
    const fine = tooFine(`rate.${key}`, rate[key], 18);
    if (fine !== undefined) return fine;
  }
  const fine = tooFine("rate.kink", rate.kink, 9);
  if (fine !== undefined) return fine;
  const { reserveFactorBps, backstopFactorBps } = rate;
  return reserveFactorBps + backstopFactorBps > 10_000
    ? `rate.backstopFactorBps: ${backstopFactorBps}: must be at most 10000 together with reserveFactorBps (${reserveFactorBps})`
    : undefined;
}

function ofVolatility(v: SystemParameters["volatility"]): Contradiction {
  if (v.floorBps > v.ceilingBps)
    return `volatility.floorBps: ${v.floorBps}: must be at most ceilingBps (${v.ceilingBps})`;
  for (const key of ["z", "priorPerYear"] as const) {
    const fine = tooFine(`volatility.${key}`, v[key], 18);
    if (fine !== undefined) return fine;
    if (finest(v[key]) > finest(MOST_VOLATILE))
      return `volatility.${key}: "${v[key]}": must be at most ${MOST_VOLATILE}`;
  }
  return undefined;
}

function ofAuction(a: SystemParameters["auction"]): Contradiction {
  if (a.startBps > MAX_AUCTION_START_BPS)
    return `auction.startBps: ${a.startBps}: must be from 10000 to ${MAX_AUCTION_START_BPS}`;
  if (a.floorBps < MIN_AUCTION_FLOOR_BPS || a.floorBps > 10_000)
    return `auction.floorBps: ${a.floorBps}: must be from ${MIN_AUCTION_FLOOR_BPS} to 10000`;
  if (a.stepSeconds > a.tailSeconds)
    return `auction.stepSeconds: ${a.stepSeconds}: must be at most tailSeconds (${a.tailSeconds}), or the price never falls`;
  if (a.maxGapSeconds > a.tailSeconds)
    return `auction.maxGapSeconds: ${a.maxGapSeconds}: must be at most tailSeconds (${a.tailSeconds})`;
  if (a.tailSeconds > MAX_AUCTION_TAIL_SECONDS)
    return `auction.tailSeconds: ${a.tailSeconds}: must be at most ${MAX_AUCTION_TAIL_SECONDS}, or auctions outlast the wait of those who leave the backstop`;
  if (a.maxTipBps > MAX_TIP_BPS)
    return `auction.maxTipBps: ${a.maxTipBps}: must be at most ${MAX_TIP_BPS}, or having oneself absorbed could pay`;
  if (a.penaltyBps > MAX_PENALTY_BPS)
    return `auction.penaltyBps: ${a.penaltyBps}: must be at most ${MAX_PENALTY_BPS}`;
  if (a.maxTipBps > a.penaltyBps)
    return `auction.maxTipBps: ${a.maxTipBps}: must be at most penaltyBps (${a.penaltyBps})`;
  return a.tipBps > a.maxTipBps
    ? `auction.tipBps: ${a.tipBps}: must be at most maxTipBps (${a.maxTipBps})`
    : undefined;
}

function ofBreaker({ enabled, limitBps, doubtSeconds }: SystemParameters["breaker"]): Contradiction {
  return enabled && limitBps === 0 && doubtSeconds === 0
    ? "breaker.limitBps: 0: must be positive, or doubtSeconds, or nothing trips: set breaker.enabled to false"
    : undefined;
}

function tooFine(path: string, value: string, decimals: number): Contradiction {
  const digits = value.split(".")[1]?.replace(/0+$/, "").length ?? 0;
  return digits > decimals ? `${path}: "${value}": must have at most ${decimals} decimals` : undefined;
}

function finest(value: string): bigint {
  const [whole = "0", fraction = ""] = value.split(".");
  return parseUnits(`${whole}.${fraction.slice(0, FINEST)}`, FINEST);
}

type Located = SecondaryParameters["feed"] | SystemParameters["debtAsset"]["token"];

function addressOf(of: Located): string | undefined {
  return "address" in of ? of.address : undefined;
}

function sameAddress(a: Located, b: Located): boolean {
  return addressOf(a)?.toLowerCase() === addressOf(b)?.toLowerCase() && addressOf(a) !== undefined;
}

function first(...checks: readonly (() => Contradiction)[]): Contradiction {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}
