import { ModelError } from "../types/modelError.js";
import { BPS, max, min } from "../math/fixedPoint.js";
import { type MarginRisk, effectiveLtv } from "../math/marginMath.js";
import { type Ramp, rampEndsAt, rampTo, thresholdAt } from "../math/rampMath.js";
import type { Clock } from "../types/clock.js";
import type { AssetTerms, SystemTerms } from "../types/riskTerms.js";

/** What governance may change of a listed asset: ratios [bps] and supply cap [token units]. */
export type RiskTerms = Pick<
  AssetTerms,
  "ltv" | "liquidationThreshold" | "minBonus" | "maxBonus" | "slope" | "supplyCap"
>;

interface AssetRisk {
  /** As stored: the threshold is the one a ramp ends at. */
  readonly terms: AssetTerms;
  readonly ramp: Ramp | null;
  /** What the volatility model takes off the value, and the least that is taken off [bps]. */
  readonly haircuts: { readonly model: bigint; readonly floor: bigint };
}

/** The risk parameters in force. Mirrors `RiskConfig`, for settings that its rules accept. */
export class RiskConfig {
  /** What holds for every vault. Mirrors `RiskConfig.systemRisk`. */
  system: SystemTerms;
  private readonly assets: AssetRisk[];

  constructor(
    terms: { readonly system: SystemTerms; readonly assets: readonly AssetTerms[] },
    private readonly clock: Clock,
  ) {
    this.system = terms.system;
    this.assets = terms.assets.map((asset) => ({
      terms: asset,
      ramp: null,
      haircuts: { model: 0n, floor: 0n },
    }));
  }

  /** Takes over what `other` knows; nothing is shared that either of them could change. */
  copyFrom(other: RiskConfig): void {
    this.system = other.system;
    this.assets.splice(0, this.assets.length, ...other.assets);
  }

  /** Parameters of an asset, the threshold as of now. Throws `UnknownAsset`. */
  termsOf(id: number): AssetTerms {
    const { terms, ramp } = this.asset(id);
    return ramp === null ? terms : { ...terms, liquidationThreshold: thresholdAt(ramp, this.clock.now) };
  }

  /** Changes an asset's parameters; a threshold below the one in force starts a ramp. Mirrors `RiskConfig.setAsset`. */
  setAsset(id: number, change: RiskTerms): void {
    const { terms, ramp } = this.asset(id);
    this.update(id, {
      terms: { ...terms, ...change },
      ramp: rampTo(terms.liquidationThreshold, ramp, change.liquidationThreshold, this.clock.now),
    });
  }

  /** Ends a ramp that has run its course; returns whether there was one. Mirrors `RiskConfig.settleThreshold`. */
  settleThreshold(id: number): boolean {
    const { ramp } = this.asset(id);
    const settled = ramp !== null && this.clock.now >= rampEndsAt(ramp);
    if (settled) this.update(id, { ramp: null });
    return settled;
  }

  /** The ramp an asset's threshold is on, or null. Mirrors `RiskConfig.thresholdRamp`. */
  rampOf(id: number): Ramp | null {
    return this.asset(id).ramp;
  }

  /** The parameters in force as read from a chain: how the keeper follows governance from block to block. */
  restore(id: number, inForce: Omit<RiskTerms, "supplyCap">): void {
    this.update(id, { terms: { ...this.asset(id).terms, ...inForce }, ramp: null });
  }

  /** What volatility takes off an asset's value [bps]. Mirrors `RiskConfig.setHaircut`. */
  setHaircut(id: number, haircut: bigint): void {
    const { floor } = this.asset(id).haircuts;
    this.update(id, { haircuts: { model: min(haircut, BPS), floor } });
  }

  /** The least that is taken off an asset's value [bps]. Mirrors `RiskConfig.setHaircutFloor`. */
  setHaircutFloor(id: number, floor: bigint): void {
    this.update(id, { haircuts: { model: this.asset(id).haircuts.model, floor } });
  }

  /** What the volatility model set, and the floor [bps]; the larger is in force. Mirrors `RiskConfig.haircuts`. */
  haircuts(id: number): { readonly model: bigint; readonly floor: bigint } {
    return this.asset(id).haircuts;
  }

  /** The initial margin in force [bps], rounded down. Mirrors `AssetRisk.effectiveLtv`. */
  effectiveLtv(id: number): bigint {
    return effectiveLtv(this.marginRisk(id));
  }

  /** An asset as the initial margin sees it now. */
  marginRisk(id: number): MarginRisk {
    const { ltv, liquidationThreshold } = this.termsOf(id);
    const { model, floor } = this.asset(id).haircuts;
    return { ltv, liquidationThreshold, haircut: max(model, floor) };
  }

  private asset(id: number): AssetRisk {
    const asset = this.assets[id];
    if (asset === undefined) throw new ModelError("UnknownAsset", [id, this.assets.length]);
    return asset;
  }

  private update(id: number, change: Partial<AssetRisk>): void {
    this.assets[id] = { ...this.asset(id), ...change };
  }
}
