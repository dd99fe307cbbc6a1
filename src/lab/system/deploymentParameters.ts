import { parseUnits } from "ethers";

import { ParameterError, type SystemParameters, parseParameters } from "../../protocol/parameters/convert.js";
import { FEE_TIERS } from "./uniswapPool.js";
import { formatUnitsExact } from "../../format/decimal.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Settings } from "../config/settings.js";

const FEED_DECIMALS = 8;
/** WAD per feed unit. */
const FEED_UNIT = 10n ** 10n;
/** Smallest first answer [feed units]. Below it, eight decimals are too coarse for a price. */
const MIN_FIRST_ANSWER = 100n;

/** The answer of the lab's feeds to a market price [WAD]: rounded down to eight decimals. */
export function feedAnswer(priceWad: bigint): bigint {
  return priceWad / FEED_UNIT;
}

/**
 * The deployment parameters of a scenario under `settings`. Throws a `ParameterError` if they
 * cannot be deployed.
 * @param factory the factory of the AMM's pools; without it the system has no autopilot
 */
export function labParameters(scenario: Scenario, settings: Settings, factory?: string): SystemParameters {
  const all = (section: string, keys: readonly string[]): Record<string, string> =>
    Object.fromEntries(keys.map((key) => [key, settings.text(section, key)]));
  const integers = (section: string, keys: readonly string[]): Record<string, number> =>
    Object.fromEntries(keys.map((key) => [key, settings.integer(section, key)]));
  checkSettings(scenario, settings);
  return parseParameters({
    debtAsset: {
      symbol: scenario.debtAsset.symbol,
      token: { mock: { name: "Lab Dollar", decimals: settings.integer("debt", "decimals") } },
    },
    rate: {
      ...all("rate", ["basePerYear", "kink", "slopeBelowPerYear", "slopeAbovePerYear", "maxPerYear"]),
      ...integers("rate", ["reserveFactorBps", "backstopFactorBps"]),
    },
    system: {
      ...all("system", ["borrowCap", "dust"]),
      targetHealthBps: settings.integer("system", "targetHealthBps"),
      stuckHealthBps: settings.integer("system", "stuckHealthBps"),
    },
    volatility: {
      enabled: settings.flag("volatility", "enabled"),
      ...integers("volatility", ["halfLifeSeconds", "horizonSeconds", "floorBps", "ceilingBps"]),
      ...all("volatility", ["z", "priorPerYear"]),
    },
    breaker: {
      enabled: settings.flag("breaker", "enabled"),
      ...integers("breaker", ["limitBps", "windowSeconds", "doubtSeconds", "pauseSeconds"]),
    },
    auction: {
      ...integers("auction", AUCTION_INTEGERS),
      flatTip: settings.text("auction", "flatTip"),
      frozen: settings.flag("auction", "frozen"),
    },
    ...(factory !== undefined && { autopilot: { factory } }),
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

const AUCTION_INTEGERS = [
  "startBps",
  "cutBps",
  "stepSeconds",
  "floorBps",
  "tailSeconds",
  "maxGapSeconds",
  "penaltyBps",
  "tipBps",
  "maxTipBps",
] as const;

/** Checks settings that constrain each other. Throws a `ParameterError`. */
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
  checkOrder(settings, [
    ["auction", "stepSeconds", "tailSeconds"],
    ["auction", "maxGapSeconds", "tailSeconds"],
    ["auction", "maxTipBps", "penaltyBps"],
    ["volatility", "floorBps", "ceilingBps"],
  ]);
  checkAutopilot(scenario, settings);
  const decimals = settings.integer("debt", "decimals");
  for (const [section, key] of [
    ["system", "borrowCap"],
    ["system", "dust"],
    ["population", "minDebt"],
    ["population", "maxDebt"],
    ["reserve", "donation"],
    ["keeper", "minProfit"],
    ["auction", "flatTip"],
    ...scenario.assets.map(({ symbol }) => [symbol, "depth"] as const),
  ] as const) {
    const value = settings.text(section, key);
    if ((value.split(".")[1] ?? "").length > decimals) {
      throw new ParameterError(`${section}.${key}: ${value}: must have at most ${decimals} decimals`);
    }
  }
}

/**
 * Checks pairs of settings of which the first must not exceed the second. Throws a
 * `ParameterError`.
 */
function checkOrder(settings: Settings, pairs: readonly (readonly [string, string, string])[]): void {
  for (const [section, low, high] of pairs) {
    const [least, most] = [settings.integer(section, low), settings.integer(section, high)];
    if (least <= most) continue;
    throw new ParameterError(`${section}.${low}: ${least}: must be at most ${section}.${high}, ${most}`);
  }
}

/** Rejects settings with which the autopilot would refuse every plan. Throws a `ParameterError`. */
function checkAutopilot(scenario: Scenario, settings: Settings): void {
  if (parseUnits(settings.text("autopilot", "share"), 18) === 0n) return;
  const [trigger, target] = ["triggerHealthBps", "targetHealthBps"].map((key) =>
    settings.integer("autopilot", key),
  ) as [number, number];
  if (trigger >= target) {
    throw new ParameterError(
      `autopilot.triggerHealthBps: ${trigger}: must be below autopilot.targetHealthBps, ${target}`,
    );
  }
  const cost = settings.integer("autopilot", "maxCostBps");
  for (const { symbol } of scenario.assets) {
    const bonus = settings.integer(symbol, "maxBonusBps");
    if (cost < bonus) continue;
    throw new ParameterError(`autopilot.maxCostBps: ${cost}: must be below ${symbol}.maxBonusBps, ${bonus}`);
  }
}
