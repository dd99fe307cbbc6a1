import { BPS, WAD, breakers, mulDivUp, pools, valueDown } from "../../model/index.js";
import type { LabVault, LabWorld } from "../system/world.js";
import type { AgentContext, AgentOperation } from "./agentContext.js";

/**
 * Borrowers who come later: each brings collateral for the debt it wishes at the configured limit and the price of the day, and
 * borrows its share of the limit in force then, which volatility may have lowered. Closed borrowing, a doubtful price or want of
 * cash make it wait; a debt below dust makes it stay away.
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

  /** Whether somebody would like to open a vault by `time` [s]. */
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
