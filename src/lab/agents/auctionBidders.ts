import { MAX_UINT256, ModelError, type auctions } from "../../model/index.js";
import { checkLoss } from "../checks/invariants.js";
import { SALE_GAS } from "./liquidators.js";
import { tokensReceived } from "../system/receipts.js";
import { type AgentAction, CALL_GAS, type AgentContext, gasCost, transactionCosts } from "./agentContext.js";

/** Gas a take is expected to use, for the decision. */
const TAKE_GAS = 220_000n;
/** Parts of a lot a bidder considers: a smaller one moves the market less. */
const PARTS = [1n, 2n, 4n, 8n, 16n, 32n];
const RESIDUALS = 0n;

/** A take a bidder means to do: `amount` in collateral units, the rest in debt units. */
interface PlannedTake {
  readonly id: bigint;
  readonly asset: number;
  readonly wanted: bigint;
  readonly amount: bigint;
  readonly cost: bigint;
  readonly proceeds: bigint;
  readonly profit: bigint;
}

/** Takes the parts of lots whose sale into the AMM pays their price and the gas. */
export function bid(context: AgentContext): AgentAction[] {
  const { state: house } = context.world.model.auctionHouse;
  const lots = [
    ...house.open.flatMap((a) => a.lots.map((lot) => ({ id: a.id, lot }))),
    ...[...house.residuals.values()].map((lot) => ({ id: RESIDUALS, lot })),
  ];
  const actions: AgentAction[] = [];
  for (const { id, lot } of lots) {
    if (actions.length === context.perBlock) break;
    const plan = lot.amount === 0n ? null : planTake(context, id, lot);
    if (plan !== null) actions.push(take(context, plan));
  }
  return actions;
}

/** The most profitable part of a lot; null if none pays. */
function planTake(context: AgentContext, id: bigint, lot: auctions.Lot): PlannedTake | null {
  const market = context.world.uniswapPools[lot.asset];
  const cost = gasCost(context, TAKE_GAS + SALE_GAS);
  let best: PlannedTake | null = null;
  for (const part of PARTS) {
    const wanted = part === 1n ? MAX_UINT256 : lot.amount / part;
    const quote = possible(() => context.world.model.auctionHouse.quoteTake(id, lot.asset, wanted));
    if (quote === null) return null;
    if (quote.amount === 0n) break;
    const proceeds = market?.quoteSale(quote.amount) ?? 0n;
    const profit = proceeds - quote.cost - cost;
    if (profit > context.minProfit && (best === null || profit > best.profit)) {
      best = { id, asset: lot.asset, wanted, amount: quote.amount, cost: quote.cost, proceeds, profit };
    }
  }
  return best;
}

/** What `quote` says; null where a take would be refused. */
function possible<T>(quote: () => T): T | null {
  try {
    return quote();
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

function take(context: AgentContext, plan: PlannedTake): AgentAction {
  const { ledger, log, world } = context;
  const { actors, client, uniswapPools: markets, model, routerAddress } = world;
  const { auctionHouse } = client.deployment.contracts;
  const { id, asset, wanted } = plan;
  const { amount, cost, loss, record } = ledger.auctions.take(context, id, asset, wanted);
  checkLoss(log, model, loss, context.block);
  const { bidder } = actors;
  const minimum = (plan.proceeds * 999n) / 1000n;
  const sale = markets[asset]?.saleCall(amount, minimum, bidder) ?? "0x";
  markets[asset]?.applySale(amount);
  const data = client.auctionHouse.interface.encodeFunctionData("take", [
    id,
    asset,
    wanted,
    MAX_UINT256,
    bidder,
    "0x",
  ]);
  return {
    calls: [
      { from: bidder, to: auctionHouse, data, gas: CALL_GAS.take },
      { from: bidder, to: routerAddress, data: sale, gas: CALL_GAS.swap },
    ],
    affectedVaults: [],
    onMined(receipts) {
      const proceeds = tokensReceived(receipts[1], client.deployment.debtAsset.token, bidder);
      const spent = transactionCosts(context, receipts);
      record(receipts[0]?.hash ?? "", proceeds - cost - spent.gas);
      if (receipts[1]?.ok === true)
        ledger.books.sold(context.marketPrices, "bidders", { asset, amount, debt: proceeds });
      ledger.spent("bidders", `take of lot ${id}/${asset}`, receipts, spent);
    },
  };
}
