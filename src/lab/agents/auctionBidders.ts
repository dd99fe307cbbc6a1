import { MAX_UINT256, ModelError, type auctions } from "../../model/index.js";
import { SALE_GAS } from "./liquidators.js";
import { type AgentContext, type AgentOperation, type PlannedTake, gasCost } from "./agentContext.js";

/** Gas assumed for a take when deciding. */
const TAKE_GAS = 220_000n;
/** Divisors of a lot that a bidder considers, because a smaller sale moves the market less. */
const PARTS = [1n, 2n, 4n, 8n, 16n, 32n];
const RESIDUALS = 0n;

/** Takes the part of each lot whose sale into the AMM exceeds its cost, gas and minimum profit. */
export function* auctionBidders(context: AgentContext): Generator<AgentOperation, void> {
  const { state: house } = context.world.model.auctionHouse;
  const lots = [
    ...house.open.flatMap((a) => a.lots.map((lot) => ({ id: a.id, lot }))),
    ...[...house.residuals.values()].map((lot) => ({ id: RESIDUALS, lot })),
  ];
  let done = 0;
  for (const { id, lot } of lots) {
    if (done === context.perBlock) break;
    const plan = lot.amount === 0n ? null : planTake(context, id, lot);
    if (plan === null) continue;
    yield { kind: "takeAndSell", plan };
    done += 1;
  }
}

/** The most profitable part of a lot. Null if no part exceeds the minimum profit. */
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

/** The quote, or null if the model would refuse the take. */
function possible<T>(quote: () => T): T | null {
  try {
    return quote();
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}
