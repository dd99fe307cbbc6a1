import {
  MAX_UINT256,
  ModelError,
  type VaultKey,
  auctionMath,
  auctions,
  valueDown,
} from "../../../src/model/index.js";
import { type Operation, SOME, cycled, noteLoss, part } from "./operation.js";
import { type Lot, type Run } from "./run.js";
import { VAULTS, absorbVault } from "./vaults.js";

/** Operations on absorptions and their results. */
export const BIDDERS = { take, residual, checkpoint, restart, writeOff, claim, claimTip };

/**
 * Takes from a lot. Often an expired lot is restarted first. Sometimes prices rise, so that
 * collateral is left for the owner.
 */
export async function take(r: Run, o: Operation): Promise<void> {
  await provideLot(r, o);
  const lot = r.lot(o.pick, o.asset);
  if (o.pick % 4 !== 0 && r.ahead(1n, () => expired(r, lot))) await restartLot(r, o, lot, 1n);
  if (o.pick % 7 === 0) await r.quote([1200, 1200, 1200]);
  await takeLot(r, o, "take", lot);
}

async function residual(r: Run, o: Operation): Promise<void> {
  await provideResidual(r, o);
  const lot = r.residual(o.pick);
  if (o.pick % 4 !== 0 && r.ahead(1n, () => expired(r, lot))) await restartLot(r, o, lot, 1n);
  await takeLot(r, o, "residual", lot);
}

async function checkpoint(r: Run, o: Operation): Promise<void> {
  await provideLot(r, o);
  const { id, asset } = o.edge > 0n ? r.residual(o.pick) : r.lot(o.pick, o.asset);
  await r.perform("checkpoint", o.elapsed, r.actor(0).signer, { kind: "checkpoint", id, asset });
}

async function restart(r: Run, o: Operation): Promise<void> {
  await provideLot(r, o);
  const lot = o.edge === 2n ? r.residual(o.pick) : r.lot(o.pick, o.asset);
  await restartLot(r, o, lot, o.pick % 4 === 0 ? o.elapsed : 3600n + o.edge);
}

/** Writes off an absorption, an uneconomic one if there is one. */
async function writeOff(r: Run, o: Operation): Promise<void> {
  const { model } = r.w;
  const { open } = model.auctionHouse.state;
  const worth = (a: auctions.Absorption): bigint =>
    a.lots.reduce((sum, l) => sum + valueDown(l.amount, model.oracleGuard.price(l.asset).high), 0n);
  const { dust } = model.riskConfig.system;
  const hopeless = open.filter((a) => auctionMath.isUneconomic(auctions.tabOf(a), worth(a), dust));
  await writeOffOne(
    r,
    (cycled(hopeless, o.pick) ?? cycled(open, o.pick))?.id ?? BigInt(o.pick % 9),
    o.elapsed,
  );
}

/**
 * Claims collateral. If no claim exists, usually prices rise and an absorption is bought out first.
 */
async function claim(r: Run, o: Operation): Promise<void> {
  const due = (): { actor: number; asset: number }[] =>
    [0, 1, 2].flatMap((actor) =>
      [0, 1, 2].flatMap((asset) => {
        const amount =
          r.w.model.auctionHouse.state.claims.get(auctions.claimKey(r.actor(actor).address, asset)) ?? 0n;
        return amount === 0n ? [] : [{ actor, asset }];
      }),
    );
  if (due().length === 0 && o.pick % 8 !== 0) await buyOut(r, o);
  const { actor, asset } = cycled(due(), o.pick) ?? o;
  const { address, signer } = r.actor(actor);
  await r.perform("claim", o.elapsed, signer, { kind: "claim", asset, owner: address }, (amount) => {
    if (amount !== 0n) r.note("claimed");
  });
}

async function claimTip(r: Run, o: Operation): Promise<void> {
  const due = [0, 1, 2].filter((i) => r.w.model.auctionHouse.state.tips.has(r.actor(i).address));
  const { address, signer } = r.actor(cycled(due, o.pick) ?? o.actor);
  await r.perform("claimTip", o.elapsed, signer, { kind: "claimTip", keeper: address }, (tip) => {
    if (tip !== 0n) r.note("tipped");
  });
}

async function buyOut(r: Run, o: Operation): Promise<void> {
  await provideLot(r, o);
  const { open } = r.w.model.auctionHouse.state;
  const chosen = cycled(open, o.pick);
  if (chosen === undefined) return;
  await r.quote([1300, 1300, 1300]);
  for (const { asset, amount } of chosen.lots) {
    const lot = { id: chosen.id, asset, amount };
    if (r.ahead(1n, () => expired(r, lot))) await restartLot(r, o, lot, 1n);
    if (amount > 0n) await takeLot(r, { ...o, pick: 0, elapsed: 1n }, "take", lot);
  }
}

/**
 * Takes all of a lot, a part, or all but one unit. One call in five has a price limit of one unit
 * below the price, one in five a limit equal to the price.
 */
async function takeLot(r: Run, o: Operation, name: string, { id, asset, amount }: Lot): Promise<void> {
  const { model } = r.w;
  const price = r.ahead(o.elapsed, () =>
    quoted(() => model.auctionHouse.quoteTake(id, asset, MAX_UINT256).price),
  );
  const wanted = [MAX_UINT256, part(amount, o), amount - 1n, MAX_UINT256, amount][o.pick % 5]!;
  const most = [MAX_UINT256, MAX_UINT256, MAX_UINT256, price - 1n, price][(o.pick >> 4) % 5]!;
  const { address, signer } = r.actor(o.actor);
  await r.perform(
    name,
    o.elapsed,
    signer,
    { kind: "take", id, asset, maxAmount: wanted, maxPrice: most, receiver: address },
    ({ amount: sold, loss }) => {
      if (sold !== 0n && sold < amount) r.note(`${name} part`);
      noteLoss(r, "take", loss);
    },
  );
}

function restartLot(r: Run, o: Operation, { id, asset }: Lot, elapsed: bigint): Promise<boolean> {
  const { signer } = r.actor(o.actor);
  return r.perform("restart", elapsed, signer, { kind: "restart", id, asset });
}

function writeOffOne(r: Run, id: bigint, elapsed: bigint): Promise<boolean> {
  return r.perform("writeOff", elapsed, r.actor(0).signer, { kind: "writeOff", id }, (loss) => {
    noteLoss(r, "writeOff", loss);
  });
}

/**
 * If nothing is for sale, usually absorbs the vault of the lowest collateral ratio. Prices fall
 * first if that ratio is too high.
 */
async function provideLot(r: Run, o: Operation): Promise<void> {
  const { model } = r.w;
  const forSale = model.auctionHouse.state.open.some((a) => a.lots.some((l) => l.amount > 0n));
  if (!forSale && o.pick % 8 !== 0) await absorbWorst(r, o, r.w.keys);
}

/**
 * If there are no residuals, usually opens a small vault, lowers its price, absorbs it and writes
 * it off.
 */
async function provideResidual(r: Run, o: Operation): Promise<void> {
  const { model, keys } = r.w;
  if ([...model.auctionHouse.state.residuals.values()].some((l) => l.amount > 0n) || o.pick % 8 === 0) return;
  const empty = keys.findIndex((key) => model.vaultEngine.vault(key).balances.size === 0);
  if (empty === -1) return;
  await VAULTS.open(r, { ...SOME, vault: empty, asset: o.asset, pick: 0, edge: -2n });
  const move = 500 + (o.pick % 80);
  await r.quote([0, 1, 2].map((id) => (id === o.asset ? move : 1000)));
  if (await absorbVault(r, keys[empty]!, o.actor, 1n))
    await writeOffOne(r, model.auctionHouse.state.lastId, 1n);
}

async function absorbWorst(r: Run, o: Operation, keys: readonly VaultKey[]): Promise<void> {
  const { model } = r.w;
  const [worst] = keys
    .map((key) => ({ key, ...model.vaultEngine.health(key) }))
    .filter((v) => v.debt > 0n && v.value > 0n)
    .sort((a, b) => (a.value * b.debt < b.value * a.debt ? -1 : 1));
  if (worst === undefined) return;
  const ratio = Number((worst.value * 1000n) / worst.debt);
  if (ratio >= 1020) {
    const move = Math.trunc((1_018_000 - (o.pick % 50) * 1000) / ratio);
    await r.quote([move, move, move]);
  }
  await absorbVault(r, worst.key, o.actor, 1n);
}

function expired(r: Run, { id, asset }: Lot): boolean {
  try {
    r.w.model.auctionHouse.quoteTake(id, asset, MAX_UINT256);
    return false;
  } catch (error) {
    if (error instanceof ModelError) return error.error === "LotExpired";
    throw error;
  }
}

/** The price that the model quotes, or 1 if the model refuses. */
function quoted(read: () => bigint): bigint {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelError) return 1n;
    throw error;
  }
}
