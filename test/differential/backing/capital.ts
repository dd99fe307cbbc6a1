import { backstops, max, min } from "../../../src/model/index.js";
import { type Operation, cycled, debtUnit, part } from "./operation.js";
import { type Run } from "./run.js";

/** Operations of lenders and of depositors of the backstop. */
export const CAPITAL = { enter, enterFor, requestExit, leave, gift, payBackstop, lend, redeem, wait };

/** Largest deposit into the backstop [whole tokens], so small that some shortfalls exceed it. */
const ENTRY = 1_500n;

function enter(r: Run, o: Operation): Promise<boolean> {
  const assets = part(ENTRY * debtUnit(r), o);
  const { address, signer } = r.actor(o.actor);
  return r.perform("enter", o.elapsed, signer, { kind: "enterBackstop", assets, owner: address });
}

function enterFor(r: Run, o: Operation): Promise<boolean> {
  const { state: backstop } = r.w.model.backstopPool;
  const shares = part(backstops.toSharesDown(backstop, ENTRY * debtUnit(r), backstop.cash), o);
  const { address, signer } = r.actor(o.actor);
  return r.perform("enterFor", o.elapsed, signer, {
    kind: "enterBackstopForShares",
    shares,
    owner: address,
  });
}

/**
 * Requests an exit. Sometimes for zero shares, which cancels a request, or for one share more than
 * the balance.
 */
function requestExit(r: Run, o: Operation): Promise<boolean> {
  const { address, signer } = r.actor(o.actor);
  const balance = backstops.sharesOf(r.w.model.backstopPool.state, address);
  const shares = o.pick % 6 === 0 ? 0n : o.pick % 6 === 1 ? balance + 1n : part(balance, o);
  return r.perform("requestExit", o.elapsed, signer, { kind: "requestExit", shares, owner: address });
}

/**
 * Redeems a mature exit request, if there is one: a part of it, all of it, or one share too many.
 */
async function leave(r: Run, o: Operation): Promise<void> {
  const { elapsed } = o;
  const most = [0, 1, 2].map((i) =>
    r.ahead(elapsed, () =>
      backstops.maxRedeem(
        r.w.model.backstopPool.state,
        r.w.model.backstopPool.pricing(),
        r.actor(i).address,
        r.w.model.now,
      ),
    ),
  );
  const i =
    cycled(
      [0, 1, 2].filter((n) => most[n]! > 0n),
      o.pick,
    ) ?? o.actor;
  const { address, signer } = r.actor(i);
  const shares = o.share >= 900 ? max(most[i]! + min(o.edge, 1n), 0n) : part(most[i]!, o);
  const done =
    o.pick % 3 === 0
      ? await leaveWith(r, i, shares, elapsed)
      : await r.perform("leave", elapsed, signer, { kind: "redeemBackstop", shares, owner: address });
  if (done && shares > 0n) r.note("left the backstop");
}

/** Withdraws the assets that `shares` bring. */
function leaveWith(r: Run, actor: number, shares: bigint, elapsed: bigint): Promise<boolean> {
  const { address, signer } = r.actor(actor);
  const assets = r.ahead(elapsed, () => {
    const exit = backstops.exitAssets(r.w.model.backstopPool.state, r.w.model.backstopPool.pricing());
    return backstops.toAssetsDown(r.w.model.backstopPool.state, shares, exit);
  });
  return r.perform("leaveWith", elapsed, signer, { kind: "withdrawBackstop", assets, owner: address });
}

function gift(r: Run, o: Operation): Promise<boolean> {
  const amount = part(100n * debtUnit(r), o);
  return r.perform("gift", o.elapsed, r.actor(o.actor).signer, { kind: "donateToBackstop", amount });
}

function payBackstop(r: Run, o: Operation): Promise<boolean> {
  return r.perform("payBackstop", o.elapsed, r.actor(0).signer, { kind: "payBackstop" }, (paid) => {
    if (paid !== 0n) r.note("paid interest");
  });
}

function lend(r: Run, o: Operation): Promise<boolean> {
  const amount = part(20_000n * debtUnit(r), o);
  const { address, signer } = r.actor(o.actor);
  return r.perform("lend", o.elapsed, signer, { kind: "lend", assets: amount, owner: address });
}

/** A lender redeems shares or withdraws assets. */
async function redeem(r: Run, o: Operation): Promise<void> {
  const { model, client } = r.w;
  const { address, signer } = r.actor(0);
  const pool = client.lendingPool.connect(signer);
  const pessimistic = r.ahead(
    o.elapsed,
    () => model.lendingPool.exitAssets() < model.lendingPool.totalAssets(),
  );
  const shares = part((await pool.maxRedeem(address)) / 20n, o);
  const assets = part((await pool.maxWithdraw(address)) / 20n, o);
  const done =
    o.pick % 2 === 0
      ? await r.perform("redeem", o.elapsed, signer, { kind: "redeemLent", shares, owner: address })
      : await r.perform("unlend", o.elapsed, signer, { kind: "withdrawLent", assets, owner: address });
  if (done && pessimistic) r.note("pessimistic exit");
}

/** An exit request of the backstop matures, give or take two seconds, and is used. */
async function wait(r: Run, o: Operation): Promise<void> {
  const { model } = r.w;
  const pending = (): readonly bigint[] =>
    [...model.backstopPool.state.requests.values()]
      .filter((q) => q.shares !== 0n && q.from > model.now)
      .map((q) => q.from);
  if (pending().length === 0) await requestExit(r, { ...o, pick: 2 });
  const from = cycled(pending(), o.pick) ?? model.now + 100_000n;
  await r.quote([1000, 1000, 1000], max(from - model.now - 6n, 1n));
  await leave(r, { ...o, elapsed: max(from - model.now + o.edge, 1n) });
  if (o.pick % 2 === 0) await leave(r, o);
}
