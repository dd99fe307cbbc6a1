import { parseUnits } from "ethers";
import type { z } from "zod";

import type { AssetTerms, ModelTerms, Source } from "../../model/index.js";
import { MAX_RATE, WAD, compactDown, compactUp } from "../../model/index.js";
import {
  type KnownDecimals,
  type SecondaryParameters,
  type SystemParameters,
  parametersSchema,
} from "./schema.js";
import { withoutSchemaKey } from "./jsonSchema.js";
import { contradictionIn } from "./relations.js";

export type {
  AssetParameters,
  KnownDecimals,
  SecondaryParameters,
  SourceParameters,
  SystemParameters,
} from "./schema.js";

const SECONDS_PER_YEAR = 31_536_000n;

/** Units of rates [RAY per second] and of the kink [WAD] in the pool's terms. */
const RATE_UNIT = 10n ** 9n;
const KINK_UNIT = 10n ** 9n;

/**
 * Converts a rate per year, such as "0.05", to a rate per second [RAY], rounded down to a multiple
 * of `RATE_UNIT`.
 */
export function perSecond(perYear: string): bigint {
  return (parseUnits(perYear, 18) / SECONDS_PER_YEAR) * RATE_UNIT;
}

/** The rate curve in the units of `InterestMath.Curve`. */
export function curveOf(rate: SystemParameters["rate"]): ModelTerms["pool"]["curve"] {
  return {
    base: perSecond(rate.basePerYear),
    kink: parseUnits(rate.kink, 9) * KINK_UNIT,
    slopeBelow: perSecond(rate.slopeBelowPerYear),
    slopeAbove: perSecond(rate.slopeAbovePerYear),
    max: perSecond(rate.maxPerYear),
  };
}

/** The interest terms in the units of `PoolTerms`. */
export function poolTermsOf(rate: SystemParameters["rate"]) {
  const { base, kink, slopeBelow, slopeAbove, max } = curveOf(rate);
  return {
    base: base / RATE_UNIT,
    slopeBelow: slopeBelow / RATE_UNIT,
    slopeAbove: slopeAbove / RATE_UNIT,
    max: max / RATE_UNIT,
    kink: kink / KINK_UNIT,
    reserveFactor: rate.reserveFactorBps,
    backstopFactor: rate.backstopFactorBps,
  };
}

/**
 * The volatility parameters in the units of the contracts. If volatility is not enabled, every
 * haircut is 0.
 */
export function volatilityParametersOf(v: SystemParameters["volatility"]): ModelTerms["volatility"] {
  const perYear = parseUnits(v.priorPerYear, 18);
  return {
    halfLife: BigInt(v.halfLifeSeconds),
    horizon: BigInt(v.horizonSeconds),
    z: parseUnits(v.z, 18),
    floor: BigInt(v.enabled ? v.floorBps : 0),
    ceiling: BigInt(v.enabled ? v.ceilingBps : 0),
    priorVariance: (perYear * perYear) / 10n ** 9n / SECONDS_PER_YEAR,
  };
}

/** Trip settings of every asset, in the units of `TripConfig`. */
export function tripConfigOf(b: SystemParameters["breaker"]): NonNullable<ModelTerms["watch"]> {
  return {
    limit: BigInt(b.limitBps),
    window: BigInt(b.windowSeconds),
    maxDoubtSeconds: BigInt(b.doubtSeconds),
    pause: BigInt(b.pauseSeconds),
  };
}

/** The auction terms in the units of `AuctionTerms`. */
export function auctionTermsOf(a: SystemParameters["auction"], debtDecimals: number): ModelTerms["auction"] {
  return {
    start: BigInt(a.startBps),
    cut: BigInt(a.cutBps),
    step: BigInt(a.stepSeconds),
    floor: BigInt(a.floorBps),
    tail: BigInt(a.tailSeconds),
    maxGap: BigInt(a.maxGapSeconds),
    penalty: BigInt(a.penaltyBps),
    tip: BigInt(a.tipBps),
    maxTip: BigInt(a.maxTipBps),
    flatTip: parseUnits(a.flatTip, debtDecimals),
    frozen: a.frozen,
  };
}

/** The parameters as terms of the model: the same numbers that the contracts get. */
export function modelTerms(p: SystemParameters, decimals: KnownDecimals): ModelTerms {
  return {
    debtDecimals: BigInt(decimals.debt),
    ...(p.debtAsset.source && { debtSource: sourceTerms(p.debtAsset.source, decimals.debtFeed ?? 0) }),
    pool: {
      curve: curveOf(p.rate),
      reserveFactor: BigInt(p.rate.reserveFactorBps),
      backstopFactor: BigInt(p.rate.backstopFactorBps),
    },
    volatility: volatilityParametersOf(p.volatility),
    ...(p.breaker.enabled && { watch: tripConfigOf(p.breaker) }),
    auction: auctionTermsOf(p.auction, decimals.debt),
    system: {
      borrowCap: parseUnits(p.system.borrowCap, decimals.debt),
      dust: parseUnits(p.system.dust, decimals.debt),
      targetHealth: BigInt(p.system.targetHealthBps),
      stuckHealth: BigInt(p.system.stuckHealthBps),
    },
    assets: p.assets.map((a, i): AssetTerms => {
      const known = decimals.assets[i];
      if (known === undefined) throw new RangeError(`no decimals known for ${a.symbol}`);
      return {
        symbol: a.symbol,
        decimals: BigInt(known.token),
        ltv: BigInt(a.ltvBps),
        liquidationThreshold: BigInt(a.liquidationThresholdBps),
        minBonus: BigInt(a.minBonusBps),
        maxBonus: BigInt(a.maxBonusBps),
        slope: BigInt(a.slopeBps),
        supplyCap: parseUnits(a.supplyCap, known.token),
        primary: sourceTerms(a.primary, known.primary),
        ...(a.secondary && { secondary: sourceTerms(a.secondary, known.secondary ?? 0) }),
        maxDeviation: BigInt(a.maxDeviationBps),
        composed: a.composed,
      };
    }),
  };
}

/** Dotted paths of the mocks in the parameters. None of them may go to a live chain. */
export function mocksIn(p: SystemParameters): string[] {
  const found: string[] = [];
  if ("mock" in p.debtAsset.token) found.push("debtAsset.token");
  if (p.debtAsset.source && "mock" in p.debtAsset.source.feed) found.push("debtAsset.source.feed");
  p.assets.forEach((a, i) => {
    if ("mock" in a.token) found.push(`assets[${i}].token`);
    if ("mock" in a.primary.feed) found.push(`assets[${i}].primary.feed`);
    if (a.secondary && "mock" in a.secondary.feed) found.push(`assets[${i}].secondary.feed`);
  });
  if (p.sequencer && "mock" in p.sequencer.feed) found.push("sequencer.feed");
  return found;
}

/**
 * Validates `input`. Throws a `ParameterError` whose message names the first wrong field, its value
 * and the allowed values in one line.
 */
export function parseParameters(input: unknown): SystemParameters {
  const result = parametersSchema.safeParse(withoutSchemaKey(input));
  if (result.success) return checkRelations(result.data);
  throw new ParameterError(describeIssue(result.error, input));
}

/** Deployment parameters that cannot be used; the message is one line for people. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
}

/** The first issue of a failed validation in one line: field, value, allowed values. */
export function describeIssue(error: z.ZodError, input: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) return "invalid input";
  const path = issue.path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    "",
  );
  let value: unknown = input;
  for (const key of issue.path) {
    value =
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  const shown = value === undefined ? "missing" : JSON.stringify(value);
  return `${path === "" ? "file" : path}: ${shown.length > 80 ? `${shown.slice(0, 77)}...` : shown}: ${issue.message}`;
}

function checkRelations(p: SystemParameters): SystemParameters {
  const contradiction = contradictionIn(p);
  if (contradiction !== undefined) throw new ParameterError(contradiction);
  const { kink } = curveOf(p.rate);
  if (kink === 0n || kink >= WAD)
    throw new ParameterError(`rate.kink: ${p.rate.kink}: must be inside (0, 1)`);
  if (perSecond(p.rate.maxPerYear) > MAX_RATE) {
    throw new ParameterError(`rate.maxPerYear: ${p.rate.maxPerYear}: must be at most 10 (1,000 % a year)`);
  }
  return p;
}

function sourceTerms(s: SecondaryParameters, decimals: number): Source {
  return {
    heartbeat: BigInt(s.heartbeatSeconds),
    minAnswer: compactUp(parseUnits(s.minAnswer, decimals)),
    maxAnswer: compactDown(parseUnits(s.maxAnswer, decimals)),
    decimals: BigInt(decimals),
  };
}
