import { type AgentAction, CALL_GAS, type AgentContext, transactionCosts } from "../agents/agentContext.js";

/**
 * The last block: owners claim what auctions left them, keepers their tips, and the backstop collects its share of interest. It
 * moves nothing between them and anybody else.
 */
export function finalSettlement(context: AgentContext): AgentAction[] {
  const { world, ledger } = context;
  const { actors, client, model } = world;
  const { auctionHouse, pool } = client.deployment.contracts;
  const house = client.auctionHouse.interface;
  const call = (from: string, to: string, data: string): AgentAction => ({
    calls: [{ from, to, data, gas: CALL_GAS.upkeep }],
    affectedVaults: [],
    onMined(receipts) {
      ledger.sent(`last block, ${data.slice(0, 10)}`, receipts);
    },
  });
  const actions: AgentAction[] = [];
  for (const { id } of client.deployment.assets) {
    // Claims are kept under the owner as a vault's key names it.
    const amount = model.auctionHouse.claim(actors.borrower.toLowerCase(), id);
    if (amount === 0n) continue;
    ledger.books.claimed({ asset: id, amount });
    actions.push(
      call(actors.borrower, auctionHouse, house.encodeFunctionData("claim", [id, actors.borrower])),
    );
  }
  const tips = model.auctionHouse.claimTip(actors.absorber);
  if (tips !== 0n) {
    ledger.books.collected(tips);
    actions.push({
      ...call(actors.absorber, auctionHouse, house.encodeFunctionData("claimTip", [actors.absorber])),
      onMined: (receipts) =>
        ledger.spent("absorbers", "claim of tips", receipts, transactionCosts(context, receipts)),
    });
  }
  model.lendingPool.payBackstop();
  actions.push(call(actors.depositor, pool, client.lendingPool.interface.encodeFunctionData("payBackstop")));
  return actions;
}
