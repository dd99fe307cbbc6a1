import { auctionMath, auctions, breakers, valueDown } from "../../model/index.js";
import { checkLoss } from "../checks/invariants.js";
import {
  type AgentAction,
  CALL_GAS,
  type Call,
  type AgentContext,
  transactionCosts,
} from "./agentContext.js";

/** Prices are remembered this often [s]. */
const ACCEPT_EVERY = 86_400;
/** Correlations follow hours. */
const PAIR_EVERY = 3600;
/** Rounds a poke folds in at the very least. */
const ROUNDS_PER_POKE = 100n;
const RESIDUALS = 0n;

/** Keeps the house in order, at its own expense: prices, volatility, breaker, clocks of lots. */
export class Maintainers {
  /** Newest round each asset was poked at, by id, and times of what is done now and then [s]. */
  private readonly pokedAt: bigint[];
  private updateGoodPriceAt = 0;
  private pokeCorrelationAt = 0;

  /** `volatility`, `breaker`: whether they are on and worth poking. */
  constructor(
    assets: number,
    private readonly volatility: boolean,
    private readonly breaker: boolean,
  ) {
    this.pokedAt = Array.from({ length: assets }, () => 0n);
  }

  act(context: AgentContext): AgentAction[] {
    return [
      ...this.prices(context),
      ...this.openAgain(context),
      ...context.world.model.auctionHouse.state.open.flatMap((a) => writeOff(context, a)),
      ...clocks(context),
    ];
  }

  /** Tells volatility model and breaker of new prices, and remembers one now and then. */
  private prices(context: AgentContext): AgentAction[] {
    const { world, time } = context;
    const { client, histories, model } = world;
    const { oracle, volatility, breaker } = client.deployment.contracts;
    const now = BigInt(time);
    const actions: AgentAction[] = [];
    histories.forEach((history, id) => {
      const news = history.newest - (this.pokedAt[id] ?? 0n);
      if (news === 0n) return;
      const first = this.pokedAt[id] === 0n;
      this.pokedAt[id] = history.newest;
      if (this.volatility) {
        const data = client.volatilityModel.interface.encodeFunctionData("poke", [id]);
        const pokes = first ? 1n : (news + ROUNDS_PER_POKE - 1n) / ROUNDS_PER_POKE;
        for (let i = 0n; i < pokes; i++) actions.push(upkeep(context, volatility, data, CALL_GAS.poke));
        model.volatilityModel.poke(id, history);
      }
      if (this.breaker) {
        const data = client.circuitBreaker.interface.encodeFunctionData("poke", [id]);
        actions.push(upkeep(context, breaker, data));
        const open = breakers.pausedUntil(model.circuitBreaker.state, "Borrow") <= now;
        if (model.circuitBreaker.poke(id) && open) context.ledger.tripped();
      }
    });
    if (actions.length > 0 && this.volatility && histories.length > 1 && time >= this.pokeCorrelationAt) {
      this.pokeCorrelationAt = time + PAIR_EVERY;
      histories.forEach((_, a) => {
        for (let b = a + 1; b < histories.length; b++) {
          const data = client.volatilityModel.interface.encodeFunctionData("pokeCorrelation", [a, b]);
          actions.push(upkeep(context, volatility, data, CALL_GAS.poke));
          model.volatilityModel.state.pokeCorrelation(a, b);
        }
      });
    }
    if (actions.length > 0 && time >= this.updateGoodPriceAt) {
      this.updateGoodPriceAt = time + ACCEPT_EVERY;
      histories.forEach((_, id) => {
        model.oracleGuard.updateLastGoodPrice(id);
        actions.push(
          upkeep(
            context,
            oracle,
            client.oracleGuard.interface.encodeFunctionData("updateLastGoodPrice", [id]),
          ),
        );
      });
    }
    return actions;
  }

  /** Clears the bits of actions that are open again. */
  private openAgain(context: AgentContext): AgentAction[] {
    const { client, model } = context.world;
    const before = model.circuitBreaker.state.gatedActions;
    if (before.size === 0) return [];
    const state = model.circuitBreaker.state;
    model.circuitBreaker.refresh();
    if (model.circuitBreaker.state.gatedActions.size === before.size) {
      model.circuitBreaker.state = state;
      return [];
    }
    const data = client.circuitBreaker.interface.encodeFunctionData("refresh");
    return [upkeep(context, client.deployment.contracts.breaker, data)];
  }
}

/** Ends an absorption that is not worth its gas. */
function writeOff(context: AgentContext, a: auctions.Absorption): AgentAction[] {
  const { ledger, log, world } = context;
  const { client, model } = world;
  const value = a.lots.reduce(
    (sum, lot) => sum + valueDown(lot.amount, context.prices[lot.asset]?.high ?? 0n),
    0n,
  );
  if (!auctionMath.isUneconomic(auctions.tabOf(a), value, model.riskConfig.system.dust)) return [];
  const loss = ledger.auctions.writeOff(a.id);
  checkLoss(log, model, loss, context.block);
  const data = client.auctionHouse.interface.encodeFunctionData("writeOff", [a.id]);
  return [upkeep(context, client.deployment.contracts.auctionHouse, data)];
}

/** Restarts expired lots, and brings up clocks that have run out of credit. */
function clocks(context: AgentContext): AgentAction[] {
  const { ledger, world } = context;
  const { client, model } = world;
  const { auctionHouse } = client.deployment.contracts;
  const house = client.auctionHouse.interface;
  const lots = [
    ...model.auctionHouse.state.open.flatMap((a) => a.lots.map((lot) => ({ id: a.id, lot }))),
    ...[...model.auctionHouse.state.residuals.values()].map((lot) => ({ id: RESIDUALS, lot })),
  ].filter(({ lot }) => lot.amount > 0n);
  const actions: AgentAction[] = [];
  for (const { id, lot } of lots) {
    if (actions.length === context.perBlock) break;
    const elapsed = model.auctionHouse.clockOf(lot);
    if (elapsed >= lot.terms.tail) {
      if (context.prices[lot.asset]?.status === "dead") continue;
      ledger.auctions.restart(id, lot.asset);
      actions.push(upkeep(context, auctionHouse, house.encodeFunctionData("restart", [id, lot.asset])));
    } else if (
      model.now - lot.checkpoint > lot.credit &&
      model.oracleGuard.priceAndExpiry(lot.asset).expiresAt > model.now
    ) {
      model.auctionHouse.checkpoint(id, lot.asset);
      actions.push(upkeep(context, auctionHouse, house.encodeFunctionData("checkpoint", [id, lot.asset])));
    }
  }
  return actions;
}

/** A transaction of an attendant that moves no money of its own. */
function upkeep(context: AgentContext, to: string, data: string, gas: bigint = CALL_GAS.upkeep): AgentAction {
  const call: Call = { from: context.world.actors.attendant, to, data, gas };
  return {
    calls: [call],
    affectedVaults: [],
    onMined: (receipts) =>
      context.ledger.spent(
        "attendants",
        `upkeep ${data.slice(0, 10)}`,
        receipts,
        transactionCosts(context, receipts),
      ),
  };
}
