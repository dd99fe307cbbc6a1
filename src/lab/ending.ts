import { type Action, CALL_GAS, type Scene, paid } from "./agents/scene.js";

/**
 * The last block: owners claim what auctions left them, keepers their tips, and the backstop collects its share of interest. It
 * moves nothing between them and anybody else.
 */
export function settleUp(scene: Scene): Action[] {
  const { world, ledger } = scene;
  const { actors, client, model } = world;
  const { auctionHouse, pool } = client.deployment.contracts;
  const house = client.auctionHouse.interface;
  const { backing } = model;
  const call = (from: string, to: string, data: string): Action => ({
    calls: [{ from, to, data, gas: CALL_GAS.upkeep }],
    touches: [],
    book(receipts) {
      ledger.sent(`last block, ${data.slice(0, 10)}`, receipts);
    },
  });
  const actions: Action[] = [];
  for (const { id } of client.deployment.assets) {
    if (backing.claim(actors.borrower, id) === 0n) continue;
    actions.push(
      call(actors.borrower, auctionHouse, house.encodeFunctionData("claim", [id, actors.borrower])),
    );
  }
  for (const keeper of [actors.absorber, actors.attendant]) {
    if (backing.claimTip(keeper) === 0n) continue;
    actions.push({
      ...call(keeper, auctionHouse, house.encodeFunctionData("claimTip", [keeper])),
      book: (receipts) => ledger.spent("absorbers", "claim of tips", receipts, paid(scene, receipts)),
    });
  }
  backing.collect();
  actions.push(call(actors.depositor, pool, client.pool.interface.encodeFunctionData("payBackstop")));
  return actions;
}
