import { BPS, WAD, breakers, mulDivUp, pools, valueDown } from "../../model/index.js";
import type { LabVault, LabWorld } from "../system/world.js";
import type { AgentContext, AgentOperation } from "./agentContext.js";

/**
 * Borrowers whose vaults open during the replay. Each deposits collateral for their target debt at
 * the configured LTV and the market price, and borrows their share of the effective LTV, which
 * volatility may have lowered.
 *
 * They wait while borrowing is closed, while the price is not Good or has moved past the breaker's
 * limit, and while the borrow would exceed a cap or the pool's cash. They give up if the debt would
 * be below dust.
 */
export class LateBorrowers {
  private readonly waiting: { readonly vault: LabVault; readonly from: number }[];

  constructor(
    private readonly world: LabWorld,
    start: number,
    end: number,
  ) {
    this.waiting = world.vaults
      .flatMap((vault) =>
        vault.opensAt === null
          ? []
          : [{ vault, from: start + Number((BigInt(end - start) * vault.opensAt) / WAD) }],
      )
      .sort((a, b) => a.from - b.from || a.vault.index - b.vault.index);
  }

  /** Whether a borrower is due to open a vault by `time` [s]. */
  due(time: number): boolean {
    return (this.waiting[0]?.from ?? Infinity) <= time;
  }

  *decide(context: AgentContext): Generator<AgentOperation, void> {
    let opened = 0;
    for (let i = 0; i < this.waiting.length && opened < context.perBlock;) {
      const entry = this.waiting[i];
      if (entry === undefined || entry.from > context.time) break;
      const answer = this.consider(context, entry.vault);
      if (answer === "wait") {
        i++;
        continue;
      }
      this.waiting.splice(i, 1);
      yield answer;
      if (answer.kind === "openVault") opened += 1;
    }
  }

  private consider(context: AgentContext, v: LabVault): AgentOperation | "wait" {
    const { prices } = context;
    const { model } = this.world;
    const { terms } = model;
    const price = prices[v.asset];
    const marketPrice = context.marketPrices[v.asset] ?? 0n;
    const pool = model.lendingPool.accrued;
    const { state: breaker } = model.circuitBreaker;
    const closed =
      breaker.gatedActions.has("Borrow") && breakers.refusal(breaker, "Borrow", 0n, 0n, model.now) !== null;
    if (price?.status !== "good" || closed || marketPrice === 0n) return "wait";
    if (model.circuitBreaker.moveOf(v.asset).past !== 0n) return "wait";
    const { ltv, decimals, supplyCap } = model.riskConfig.termsOf(v.asset);
    const limit = (v.use * ltv) / BPS;
    const wished = mulDivUp(v.debt, WAD, limit);
    const scale = 10n ** terms.debtDecimals;
    const collateral = mulDivUp(wished, WAD * 10n ** decimals, marketPrice * scale);
    const value = valueDown(collateral, price.low);
    const debt = (value * model.riskConfig.effectiveLtv(v.asset) * v.use) / (BPS * WAD);
    if (debt < model.riskConfig.system.dust) return { kind: "stayAway" };
    const full = pools.totalDebt(pool) + debt > model.riskConfig.system.borrowCap;
    if (debt > pool.cash || full || model.vaultEngine.assetTotals(v.asset).deposited + collateral > supplyCap)
      return "wait";
    return { kind: "openVault", vault: v, collateral, debt };
  }
}
