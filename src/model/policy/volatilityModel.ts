import { powerDown } from "../math/marginMath.js";
import type { Clock } from "../types/clock.js";
import type { AssetTerms } from "../types/riskTerms.js";
import type { RiskConfig } from "./riskConfig.js";
import { type RoundHistory, type VolatilityParameters, VolatilityState } from "./volatilityState.js";

/** Haircuts and correlations in force. Mirrors `VolatilityModel`. */
export class VolatilityModel {
  readonly state: VolatilityState;

  constructor(
    private readonly assets: readonly AssetTerms[],
    private readonly riskConfig: RiskConfig,
    private readonly clock: Clock,
    parameters: VolatilityParameters,
  ) {
    this.state = new VolatilityState(parameters);
  }

  /** Copies the state of `other`. Later changes of one do not reach the other. */
  copyFrom(other: VolatilityModel): void {
    Object.assign(this, { state: other.state.clone() });
  }

  /**
   * Folds an asset's rounds into its series and sets the haircut. Mirrors `VolatilityModel.poke`.
   */
  poke(id: number, feed: RoundHistory): void {
    const { minAnswer = 0n, maxAnswer = 0n } = this.assets[id]?.primary ?? {};
    this.state.poke(id, feed, { minAnswer, maxAnswer }, this.clock.now);
    this.riskConfig.setHaircut(id, this.state.haircut(id));
  }

  /**
   * Borrowing power of collaterals worth `values` [debt units], in debt units * bps, rounded down.
   * Mirrors `VolatilityModel.borrowingPowerDown`.
   * @param ids ascending
   */
  borrowingPowerDown(ids: readonly number[], values: readonly bigint[]): bigint {
    if (ids.length === 1) return (values[0] ?? 0n) * this.riskConfig.effectiveLtv(ids[0] ?? 0);
    const risks = ids.map((id) => this.riskConfig.marginRisk(id));
    return powerDown(values, risks, this.state.levels(ids));
  }
}
