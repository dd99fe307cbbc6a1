import { BPS, WAD, auctionMath, auctions, breakers, isTriggered } from "../../model/index.js";
import { TwinSystem } from "../../twin/twinSystem.js";
import type { Ledger } from "../accounting/ledger.js";
import type { AgentContext, AgentOperation } from "../agents/agentContext.js";
import { planSale } from "../agents/autopilotExecutors.js";
import {
  type InvariantLog,
  checkEmptied,
  checkLiquidation,
  checkLoss,
  checkVault,
} from "../checks/invariants.js";
import { gasInDebtUnits } from "../system/gasPrice.js";
import type { Receipt } from "../system/labChain.js";
import { type TransactionCosts, tokensReceived } from "../system/receipts.js";
import type { LabWorld } from "../system/world.js";
import { CALL_GAS, type Call, type Pending, auctionedOf, upkeepName } from "./calls.js";
import { planExecutedIn } from "./planExecuted.js";
import { answerFeed, arbitrage } from "./priceOperations.js";

type Kind = AgentOperation["kind"];
type Of<K extends Kind> = Extract<AgentOperation, { readonly kind: K }>;

/**
 * Applies the decisions of agents to the twin, checks the invariants of each operation, and
 * prepares its transactions and the event for the ledger.
 */
export class Performer {
  private readonly twin: TwinSystem;

  constructor(
    private readonly world: LabWorld,
    private readonly ledger: Ledger,
    private readonly log: InvariantLog,
  ) {
    this.twin = new TwinSystem(world.client, world.model);
  }

  /** Applies `operation` to the model. Null if there is nothing to send. */
  perform(context: AgentContext, operation: AgentOperation): Pending | null {
    switch (operation.kind) {
      case "answer":
        return answerFeed(this.world, context, operation);
      case "arbitrage":
        return arbitrage(this.world, context, operation);
      case "liquidateAndSell":
        return this.liquidateAndSell(context, operation);
      case "takeAndSell":
        return this.takeAndSell(context, operation);
      case "absorb":
        return this.absorb(context, operation);
      case "flag":
        return this.flag(context, operation);
      case "writeOff":
        return this.writeOff(context, operation);
      case "upkeep":
        return this.upkeep(context, operation);
      case "executePlan":
        return this.executePlan(context, operation);
      case "openVault":
        return this.openVault(context, operation);
      case "stayAway":
        this.ledger.apply({ kind: "refused" });
        return null;
      case "claim":
        return this.claim(operation);
      case "claimTips":
        return this.claimTips(context);
      case "payBackstop":
        return this.payBackstop();
    }
  }

  // ------------------------------------------------------------------ liquidators and bidders

  private liquidateAndSell(context: AgentContext, { plan }: Of<"liquidateAndSell">): Pending {
    const { actors, model } = this.world;
    const { key, asset, maxRepay } = plan;
    const before = model.vaultEngine.health(key, context.prices);
    const held = [...model.vaultEngine.vault(key).balances];
    const { call, result } = this.twin.perform({
      kind: "liquidate",
      vault: key,
      asset,
      maxRepay,
      minSeize: plan.seized,
      deadline: BigInt(context.time),
      receiver: actors.keeper,
    });
    checkLiquidation(this.log, key, before, model.vaultEngine.health(key, context.prices), context.block);
    checkVault(this.log, model, key, context.block);
    checkLoss(this.log, model, result.loss, context.block);
    const sale = this.sale(actors.keeper, asset, plan.seized, plan.proceeds);
    return {
      calls: [{ ...call, from: actors.keeper, gas: CALL_GAS.liquidate }, sale],
      affectedVaults: [key],
      eventOf: (receipts) => ({
        kind: "liquidated",
        ...this.mined(context, receipts),
        plan,
        result,
        auctioned: auctionedOf(held, asset, result),
        proceeds: this.proceedsOf(receipts[1], actors.keeper),
      }),
    };
  }

  private takeAndSell(context: AgentContext, { plan }: Of<"takeAndSell">): Pending {
    const { actors, model } = this.world;
    const { id, asset, wanted } = plan;
    const absorption = model.auctionHouse.state.open.find((a) => a.id === id);
    const { cost: price } = model.auctionHouse.quoteTake(id, asset, wanted);
    const paid = absorption === undefined ? null : auctionMath.split(auctions.tabOf(absorption), price);
    const { done, backstopTip } = this.tipped(paid?.tip ?? 0n, () =>
      this.twin.perform({ kind: "take", id, asset, maxAmount: wanted, receiver: actors.bidder }),
    );
    const { amount, cost, loss } = done.result;
    checkLoss(this.log, model, loss, context.block);
    const isOpen = model.auctionHouse.state.open.some((a) => a.id === id);
    const ended = absorption === undefined || isOpen ? null : { tabPaid: absorption.left === cost };
    const sale = this.sale(actors.bidder, asset, amount, plan.proceeds);
    return {
      calls: [{ ...done.call, from: actors.bidder, gas: CALL_GAS.take }, sale],
      affectedVaults: [],
      eventOf: (receipts) => ({
        kind: "taken",
        ...this.mined(context, receipts),
        ...{ id, asset, amount, cost, loss, paid, ended, backstopTip },
        proceeds: this.proceedsOf(receipts[1], actors.bidder),
      }),
    };
  }

  // ------------------------------------------------------------------ absorbers and maintainers

  private absorb(context: AgentContext, { vault }: Of<"absorb">): Pending {
    const { actors, model } = this.world;
    const { debt } = model.vaultEngine.health(vault, context.prices);
    const collateral = [...model.vaultEngine.vault(vault).balances].map(([asset, amount]) => ({
      asset,
      amount,
    }));
    const owedBefore = model.lendingPool.state.auctionDebt;
    const { done, backstopTip } = this.tipped(0n, () =>
      this.twin.perform({ kind: "absorb", vault, keeper: actors.absorber }),
    );
    const auctionDebt = model.lendingPool.state.auctionDebt - owedBefore;
    checkEmptied(this.log, model, vault, context.block);
    return {
      calls: [{ ...done.call, from: actors.absorber, gas: CALL_GAS.absorb }],
      affectedVaults: [vault],
      eventOf: (receipts) => ({
        kind: "absorbed",
        ...this.mined(context, receipts),
        ...{ vault, id: done.result, debt, auctionDebt, collateral, backstopTip },
      }),
    };
  }

  private flag(context: AgentContext, { vault }: Of<"flag">): Pending {
    const { absorber } = this.world.actors;
    const { call } = this.twin.perform({ kind: "flag", vault });
    return {
      calls: [{ ...call, from: absorber, gas: CALL_GAS.upkeep }],
      affectedVaults: [vault],
      eventOf: (receipts) => ({
        kind: "upkeep",
        ...this.mined(context, receipts),
        ...{ role: "absorbers", what: `flag of ${vault}`, restarted: false, tripped: false },
      }),
    };
  }

  private writeOff(context: AgentContext, { id }: Of<"writeOff">): Pending {
    const { actors, model } = this.world;
    const { done, backstopTip } = this.tipped(0n, () => this.twin.perform({ kind: "writeOff", id }));
    checkLoss(this.log, model, done.result, context.block);
    return {
      calls: [{ ...done.call, from: actors.attendant, gas: CALL_GAS.upkeep }],
      affectedVaults: [],
      eventOf: (receipts) => ({
        kind: "writtenOff",
        ...this.mined(context, receipts),
        ...{ what: upkeepName(done.call.data), id, loss: done.result, backstopTip },
      }),
    };
  }

  private upkeep(context: AgentContext, { operation, calls = 1 }: Of<"upkeep">): Pending {
    const { actors, model } = this.world;
    const open = breakers.pausedUntil(model.circuitBreaker.state, "Borrow") <= model.now;
    const { call, result } = this.twin.perform(operation);
    const poke = operation.kind === "pokeVolatility" || operation.kind === "pokeCorrelation";
    const gas = poke ? CALL_GAS.poke : CALL_GAS.upkeep;
    const tripped = operation.kind === "pokeBreaker" && result === true && open;
    return {
      calls: Array.from({ length: calls }, () => ({ ...call, from: actors.attendant, gas })),
      affectedVaults: [],
      eventOf: (receipts) => ({
        kind: "upkeep",
        ...this.mined(context, receipts),
        ...{
          role: "attendants",
          what: upkeepName(call.data),
          restarted: operation.kind === "restart",
          tripped,
        },
      }),
    };
  }

  // ------------------------------------------------------------------ owners

  /** The AMM alone decides the cost of the sale, so the model follows the receipt. */
  private executePlan(context: AgentContext, operation: Of<"executePlan">): Pending {
    const { actors, autopilot, autopilotAddress } = this.world;
    const { vault, asset, terms, onRefused } = operation;
    const data = autopilot.interface.encodeFunctionData("execute", [vault, actors.executor]);
    return {
      calls: [{ from: actors.executor, to: autopilotAddress, data, gas: CALL_GAS.execute }],
      affectedVaults: [vault],
      eventOf: (receipts) => {
        const executed = planExecutedIn(this.world, receipts[0]);
        const mined = this.mined(context, receipts);
        if (executed === null) {
          onRefused();
          return { kind: "executed", ...mined, done: null };
        }
        const { model } = this.world;
        const position = model.vaultEngine.position(
          model.vaultEngine.vault(vault),
          context.prices,
          model.lendingPool.accrued,
        );
        const sale = planSale(this.world, terms, position, asset);
        const before = model.vaultEngine.health(vault, context.prices);
        const { sold, fee } = executed;
        const { repaid, sold: soldInModel } = this.twin.apply({
          kind: "deleverage",
          ...{ vault, asset, amount: sold, repay: sale.repaid, receiver: autopilotAddress },
        });
        const after = model.vaultEngine.health(vault, context.prices);
        this.ledger.compare(`autopilot ${vault} repaid`, executed.repaid, repaid);
        this.ledger.compare(`autopilot ${vault} fee`, fee, sale.fee);
        const where = `block ${context.block}, vault ${vault}`;
        this.log.require(
          isTriggered(position, terms.trigger),
          `${where}: a plan was executed above its trigger`,
        );
        this.log.require(
          after.debt === 0n || after.healthFactor * BPS >= terms.target * WAD,
          `${where}: an execution did not reach the target`,
        );
        this.log.require(
          before.value - after.value <= sale.mostSold,
          `${where}: an execution cost more than the plan allows`,
        );
        return { kind: "executed", ...mined, done: { asset, sold: soldInModel, repaid, fee } };
      },
    };
  }

  private openVault(context: AgentContext, { vault, collateral, debt }: Of<"openVault">): Pending {
    const { borrower } = this.world.actors;
    const { key, asset } = vault;
    const { call } = this.twin.perform({
      kind: "depositAndBorrow",
      ...{ vault: key, asset, amount: collateral, debt, to: borrower },
    });
    return {
      calls: [{ ...call, from: borrower, gas: CALL_GAS.open }],
      affectedVaults: [key],
      eventOf: (receipts) => ({
        kind: "opened",
        ...{ moment: context, receipts, vault: key, asset, collateral, debt },
      }),
    };
  }

  // ------------------------------------------------------------------ the last block

  private claim({ asset }: Of<"claim">): Pending | null {
    const { borrower } = this.world.actors;
    const { call, result: amount } = this.twin.perform({ kind: "claim", asset, owner: borrower });
    if (amount === 0n) return null;
    return this.settlement({ ...call, from: borrower, gas: CALL_GAS.upkeep }, { asset, amount });
  }

  private claimTips(context: AgentContext): Pending | null {
    const { absorber } = this.world.actors;
    const { call, result: tips } = this.twin.perform({ kind: "claimTip", keeper: absorber });
    if (tips === 0n) return null;
    return {
      calls: [{ ...call, from: absorber, gas: CALL_GAS.upkeep }],
      affectedVaults: [],
      eventOf: (receipts) => ({
        kind: "settled",
        ...{ what: "claim of tips", receipts, claimed: null },
        collected: { tips, costs: this.costsOf(context, receipts) },
      }),
    };
  }

  private payBackstop(): Pending {
    const { call } = this.twin.perform({ kind: "payBackstop" });
    return this.settlement({ ...call, from: this.world.actors.depositor, gas: CALL_GAS.upkeep }, null);
  }

  private settlement(call: Call, claimed: { asset: number; amount: bigint } | null): Pending {
    const what = `last block, ${call.data.slice(0, 10)}`;
    return {
      calls: [call],
      affectedVaults: [],
      eventOf: (receipts) => ({ kind: "settled", what, receipts, claimed, collected: null }),
    };
  }

  // ------------------------------------------------------------------ internals

  /**
   * The sale of `amount` by `from`. Its minimum is 99.9 % of `proceeds` [debt units], rounded down.
   */
  private sale(from: string, asset: number, amount: bigint, proceeds: bigint): Call {
    const pool = this.world.uniswapPools[asset];
    const data = pool?.saleCall(amount, (proceeds * 999n) / 1000n, from) ?? "0x";
    pool?.applySale(amount);
    return { from, to: this.world.routerAddress, data, gas: CALL_GAS.swap };
  }

  private proceedsOf(receipt: Receipt | undefined, account: string): bigint {
    return tokensReceived(receipt, this.world.client.deployment.debtAsset.token, account);
  }

  /**
   * Runs an operation, and returns its result and the tip for the absorber that the backstop now
   * owes [debt units]. `fromProceeds` is the part of the tip that the take pays.
   */
  private tipped<T>(fromProceeds: bigint, operation: () => T): { done: T; backstopTip: bigint } {
    const { actors, model } = this.world;
    const tips = (): bigint => model.auctionHouse.state.tips.get(actors.absorber) ?? 0n;
    const before = tips();
    const done = operation();
    return { done, backstopTip: tips() - before - fromProceeds };
  }

  private mined(context: AgentContext, receipts: readonly Receipt[]) {
    return { moment: context, receipts, costs: this.costsOf(context, receipts) };
  }

  private costsOf(context: AgentContext, receipts: readonly Receipt[]): TransactionCosts {
    const { decimals } = this.world.client.deployment.debtAsset;
    const wei = receipts.reduce((sum, r) => sum + r.gasCost, 0n);
    return {
      gas: gasInDebtUnits(wei, 1n, context.etherPrice, decimals),
      wei,
      failed: receipts.filter((r) => !r.ok).length,
    };
  }
}
