import { ModelError } from "../types/modelError.js";
import { BPS, max, min } from "../math/fixedPoint.js";
import { type MarginRisk, effectiveLtv } from "../math/marginMath.js";
import { type Ramp, rampEndsAt, rampTo, thresholdAt } from "../math/rampMath.js";
import type { Clock } from "../types/clock.js";
import type { AssetTerms, SystemTerms } from "../types/riskTerms.js";

/**
 * Parameters of a listed asset that governance may change: ratios [bps] and supply cap [token
 * units].
 */
export type RiskTerms = Pick<
  AssetTerms,
  "ltv" | "liquidationThreshold" | "minBonus" | "maxBonus" | "slope" | "supplyCap"
>;

interface AssetRisk {
  /** As stored: the threshold is the end of its ramp. */
  readonly terms: AssetTerms;
  readonly ramp: Ramp | null;
  /** Haircut set by the volatility model, and the least haircut [bps]. */
  readonly haircuts: { readonly model: bigint; readonly floor: bigint };
}

/** The risk parameters in force. Mirrors `RiskConfig`, for settings that its rules accept. */
export class RiskConfig {
  /** Parameters of all vaults. Mirrors `RiskConfig.systemRisk`. */
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

  /** Copies the state of `other`. Later changes of one do not reach the other. */
  copyFrom(other: RiskConfig): void {
    this.system = other.system;
    this.assets.splice(0, this.assets.length, ...other.assets);
  }

  /** Parameters of an asset, with the liquidation threshold as of now. Throws `UnknownAsset`. */
  termsOf(id: number): AssetTerms {
    const { terms, ramp } = this.asset(id);
    return ramp === null ? terms : { ...terms, liquidationThreshold: thresholdAt(ramp, this.clock.now) };
  }

  /**
   * Changes an asset's parameters. A threshold below the one in force starts a ramp. Mirrors
   * `RiskConfig.setAsset`.
   */
  setAsset(id: number, change: RiskTerms): void {
    const { terms, ramp } = this.asset(id);
    this.update(id, {
      terms: { ...terms, ...change },
      ramp: rampTo(terms.liquidationThreshold, ramp, change.liquidationThreshold, this.clock.now),
    });
  }

  /** Ends a completed ramp; returns whether there was one. Mirrors `RiskConfig.settleThreshold`. */
  settleThreshold(id: number): boolean {
    const { ramp } = this.asset(id);
    const settled = ramp !== null && this.clock.now >= rampEndsAt(ramp);
    if (settled) this.update(id, { ramp: null });
    return settled;
  }

  /** The ramp of an asset's liquidation threshold, or null. Mirrors `RiskConfig.thresholdRamp`. */
  rampOf(id: number): Ramp | null {
    return this.asset(id).ramp;
  }

  /**
   * Sets the parameters in force as read from a chain. The keeper follows governance with it from
   * block to block.
   */
  restore(id: number, inForce: Omit<RiskTerms, "supplyCap">): void {
    this.update(id, { terms: { ...this.asset(id).terms, ...inForce }, ramp: null });
  }

  /**
   * Sets the haircut measured by the volatility model [bps], at most 10,000. Mirrors
   * `RiskConfig.setHaircut`.
   */
  setHaircut(id: number, haircut: bigint): void {
    const { floor } = this.asset(id).haircuts;
    this.update(id, { haircuts: { model: min(haircut, BPS), floor } });
  }

  /** Sets the least haircut [bps]. Mirrors `RiskConfig.setHaircutFloor`. */
  setHaircutFloor(id: number, floor: bigint): void {
    this.update(id, { haircuts: { model: this.asset(id).haircuts.model, floor } });
  }

  /**
   * Haircut set by the volatility model, and the least haircut [bps]; the larger one is in force.
   * Mirrors `RiskConfig.haircuts`.
   */
  haircuts(id: number): { readonly model: bigint; readonly floor: bigint } {
    return this.asset(id).haircuts;
  }

  /** Effective ltv [bps], rounded down. Mirrors `AssetRisk.effectiveLtv`. */
  effectiveLtv(id: number): bigint {
    return effectiveLtv(this.marginRisk(id));
  }

  /** Risk parameters of an asset for the initial margin now [bps]. */
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
