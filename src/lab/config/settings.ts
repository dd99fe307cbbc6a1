import { z } from "zod";

import { InputError, quote } from "../../format/inputError.js";
import {
  auctionSchema,
  breakerSchema,
  rateSchema,
  systemSchema,
  volatilitySchema,
} from "../../protocol/parameters/schema.js";

/**
 * Allowed values of a setting: true or false, an integer in a range, or a decimal in a range, which
 * is kept as text.
 */
type Kind =
  | { readonly kind: "boolean" }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "decimal"; readonly min: string; readonly max: string };

interface Setting {
  readonly allowed: Kind;
  readonly value: string;
}

const integer = (value: number, min: number, max: number): Setting => ({
  allowed: { kind: "integer", min, max },
  value: String(value),
});
const decimal = (value: string, min: string, max: string): Setting => ({
  allowed: { kind: "decimal", min, max },
  value,
});
const boolean = (value: boolean): Setting => ({ allowed: { kind: "boolean" }, value: String(value) });

/** A deployment parameter: its own bounds, and its own default unless the lab has another. */
function deployed(parameter: z.ZodType, value?: number): Setting {
  const [type, given] =
    parameter instanceof z.ZodDefault
      ? [parameter.unwrap(), value ?? parameter.def.defaultValue]
      : [parameter, value];
  if (type instanceof z.ZodBoolean) return boolean(given === true);
  if (!(type instanceof z.ZodNumber) || typeof given !== "number")
    throw new TypeError("a parameter has neither a default nor a value here");
  return integer(given, type.minValue ?? 0, type.maxValue ?? Number.MAX_SAFE_INTEGER);
}

/**
 * A decimal deployment parameter with its own default. The schema has no range for it, because the
 * contracts check it.
 */
function deployedDecimal(parameter: z.ZodDefault, min: string, max: string): Setting {
  return decimal(String(parameter.def.defaultValue), min, max);
}

const SYSTEM = systemSchema.shape;
const RATE = rateSchema.shape;
const BREAKER = breakerSchema.shape;
const VOLATILITY = volatilitySchema.shape;
const AUCTION = auctionSchema.shape;

/** Parameters of every collateral asset. Each asset has a section named by its symbol. */
const ASSET: Readonly<Record<string, Setting>> = {
  ltvBps: integer(7500, 1, 9999),
  liquidationThresholdBps: integer(8000, 1, 9999),
  minBonusBps: integer(50, 0, 5000),
  maxBonusBps: integer(1000, 0, 5000),
  slopeBps: integer(1200, 0, 65_535),
  /**
   * Heartbeat in the guard: the feed's own heartbeat plus five minutes for an update to be mined.
   */
  heartbeatSeconds: integer(3900, 1, 31_536_000),
  supplyCap: decimal("100000000000000000000", "0", "100000000000000000000"),
  /** Each side of the asset's AMM pool when the replay starts, in debt tokens. */
  depth: decimal("5000000", "1", "1000000000000"),
};

/** Parameters of all other components. */
const COMPONENTS: Readonly<Record<string, Readonly<Record<string, Setting>>>> = {
  system: {
    borrowCap: decimal("1000000000000", "0", "1000000000000000"),
    dust: decimal("1000", "0.000001", "1000000"),
    targetHealthBps: deployed(SYSTEM.targetHealthBps, 10_500),
    stuckHealthBps: deployed(SYSTEM.stuckHealthBps),
  },
  rate: {
    basePerYear: decimal("0", "0", "10"),
    kink: decimal("0.8", "0.01", "0.99"),
    slopeBelowPerYear: decimal("0.05", "0", "10"),
    slopeAbovePerYear: decimal("0.75", "0", "100"),
    maxPerYear: decimal("2", "0", "10"),
    reserveFactorBps: deployed(RATE.reserveFactorBps, 1000),
    backstopFactorBps: deployed(RATE.backstopFactorBps),
  },
  debt: { decimals: integer(18, 6, 18) },
  oracle: {
    deviationBps: integer(50, 1, 10_000),
    heartbeatSeconds: integer(3600, 60, 31_536_000),
  },
  market: { feePips: integer(3000, 500, 10_000) },
  population: {
    minDebt: decimal("2000", "1", "1000000000"),
    maxDebt: decimal("100000", "1", "1000000000"),
    minUse: decimal("0.25", "0.01", "0.999"),
    maxUse: decimal("0.98", "0.01", "0.999"),
    /** Share of the vaults that open later, at times spread over the whole path. */
    lateShare: decimal("0.05", "0", "0.9"),
  },
  lenders: { utilisation: decimal("0.7", "0.01", "0.99") },
  reserve: { donation: decimal("0", "0", "1000000000000") },
  keeper: {
    minProfit: decimal("0", "0", "1000000000"),
    perBlock: integer(25, 1, 25),
    /** Time for which a vault must be unhealthy before an absorber flags it [s]. */
    flagAfterSeconds: integer(0, 0, 86_400),
  },
  backstop: {
    enabled: boolean(true),
    /** Share of the opening debt. */
    capital: decimal("0.1", "0", "10"),
  },
  breaker: {
    enabled: deployed(BREAKER.enabled),
    limitBps: deployed(BREAKER.limitBps),
    windowSeconds: deployed(BREAKER.windowSeconds),
    doubtSeconds: deployed(BREAKER.doubtSeconds),
    pauseSeconds: deployed(BREAKER.pauseSeconds),
  },
  volatility: {
    enabled: deployed(VOLATILITY.enabled),
    halfLifeSeconds: deployed(VOLATILITY.halfLifeSeconds),
    horizonSeconds: deployed(VOLATILITY.horizonSeconds),
    z: deployedDecimal(VOLATILITY.z, "0", "1000"),
    floorBps: deployed(VOLATILITY.floorBps),
    ceilingBps: deployed(VOLATILITY.ceilingBps),
    priorPerYear: deployedDecimal(VOLATILITY.priorPerYear, "0", "10"),
  },
  auction: {
    startBps: deployed(AUCTION.startBps),
    cutBps: deployed(AUCTION.cutBps),
    stepSeconds: deployed(AUCTION.stepSeconds),
    floorBps: deployed(AUCTION.floorBps),
    tailSeconds: deployed(AUCTION.tailSeconds),
    maxGapSeconds: deployed(AUCTION.maxGapSeconds),
    penaltyBps: deployed(AUCTION.penaltyBps),
    tipBps: deployed(AUCTION.tipBps),
    maxTipBps: deployed(AUCTION.maxTipBps),
    flatTip: deployedDecimal(AUCTION.flatTip, "0", "1000000"),
    frozen: deployed(AUCTION.frozen),
  },
  autopilot: {
    /** Share of the vaults whose owners have a plan. */
    share: decimal("0.2", "0", "1"),
    triggerHealthBps: integer(10_300, 10_000, 29_999),
    targetHealthBps: integer(11_000, 10_001, 30_000),
    maxCostBps: integer(75, 2, 5000),
  },
};

/** The settings of a replay by section and key: the defaults, and the overrides of `--set`. */
export class Settings {
  private readonly values = new Map<string, string>();

  /**
   * Throws an `InputError` for an override that is not `section.key=value`, is unknown, or is out
   * of range.
   */
  constructor(
    private readonly symbols: readonly string[],
    overrides: readonly string[],
  ) {
    for (const override of overrides) {
      const match = /^([^.=]+)\.([^.=]+)=(.*)$/.exec(override);
      if (match === null) throw new InputError(`--set: ${quote(override)}: must be section.key=value`);
      const [, section = "", key = "", value = ""] = match;
      check(`--set ${section}.${key}`, value, this.setting(section, key).allowed);
      this.values.set(`${section}.${key}`, value);
    }
  }

  /** A setting as text. Throws an `InputError` for an unknown setting, as the readers below do. */
  text(section: string, key: string): string {
    return this.values.get(`${section}.${key}`) ?? this.setting(section, key).value;
  }

  flag(section: string, key: string): boolean {
    return this.text(section, key) === "true";
  }

  integer(section: string, key: string): number {
    return Number(this.text(section, key));
  }

  /** The overrides, sorted by name. */
  overrides(): Record<string, string> {
    return Object.fromEntries([...this.values].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Every parameter's value, by its name in `--set`. */
  all(): Record<string, string> {
    return Object.fromEntries(
      this.names().map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]),
    );
  }

  /** Every `name=value` that `--set` accepts, with the current value. */
  names(): string[] {
    const sections = Object.entries({
      ...Object.fromEntries(this.symbols.map((s) => [s, ASSET])),
      ...COMPONENTS,
    });
    return sections.flatMap(([section, keys]) =>
      Object.keys(keys).map((key) => `${section}.${key}=${this.text(section, key)}`),
    );
  }

  private setting(section: string, key: string): Setting {
    const component = Object.hasOwn(COMPONENTS, section) ? COMPONENTS[section] : undefined;
    const known = this.symbols.includes(section) ? ASSET : component;
    if (known === undefined) {
      const allowed = [...this.symbols, ...Object.keys(COMPONENTS)].join(", ");
      throw new InputError(`--set: ${quote(section)}: unknown section; allowed are ${allowed}`);
    }
    const setting = Object.hasOwn(known, key) ? known[key] : undefined;
    if (setting === undefined) {
      throw new InputError(
        `--set: ${quote(`${section}.${key}`)}: unknown key; allowed are ${Object.keys(known).join(", ")}`,
      );
    }
    return setting;
  }
}

function check(field: string, value: string, allowed: Kind): void {
  if (allowed.kind === "boolean") {
    if (value === "true" || value === "false") return;
    throw new InputError(`${field}: ${quote(value)}: must be true or false`);
  }
  if (allowed.kind === "integer") {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= allowed.min && number <= allowed.max) return;
    throw new InputError(
      `${field}: ${quote(value)}: must be an integer from ${allowed.min} to ${allowed.max}`,
    );
  }
  const plain = /^\d{1,21}(\.\d{1,18})?$/.test(value);
  if (plain && Number(value) >= Number(allowed.min) && Number(value) <= Number(allowed.max)) return;
  throw new InputError(
    `${field}: ${quote(value)}: must be a decimal number from ${allowed.min} to ${allowed.max}`,
  );
}
