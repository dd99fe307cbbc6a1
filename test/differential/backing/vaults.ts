import { BPS, MAX_UINT256, PRICE_ONE, type VaultKey, max, mulDivDown } from "../../../src/model/index.js";
import { type Operation, cycled, noteLoss, part } from "./operation.js";
import { type Run } from "./run.js";

/** Operations of owners, liquidators and absorbers. */
export const VAULTS = {
  open,
  deposit,
  borrow,
  repay,
  withdraw,
  deleverage,
  liquidate,
  flag,
  absorb,
  absorbAll,
};

/**
 * Largest collateral of each asset in a vault of two collaterals, and that of a vault hardly worth
 * its gas [thousandths of a token].
 */
const MOST = [20_000n, 400n, 30_000_000n] as const;
const SMALL = [100n, 3n, 160_000n] as const;

/**
 * Opens a vault with one or two collaterals and a debt at or below the limit. One vault in four is
 * small.
 */
async function open(r: Run, o: Operation): Promise<void> {
  if (o.pick % 4 === 0) {
    await put(r, o, o.asset, SMALL[o.asset]!);
    await borrow(r, { ...o, share: 1000 });
    return;
  }
  await put(r, o, o.asset, part(MOST[o.asset]!, o));
  const other = (o.asset + 1) % 3;
  await put(r, o, other, part(MOST[other]!, { ...o, share: 1000 - o.share }));
  await borrow(r, { ...o, share: Math.max(o.share, 300) });
}

/** Deposits up to half of the largest collateral of one asset. */
export function deposit(r: Run, o: Operation): Promise<boolean> {
  return put(r, o, o.asset, part(MOST[o.asset]! / 2n, o));
}

function put(r: Run, o: Operation, asset: number, thousandths: bigint): Promise<boolean> {
  const { key, signer } = r.vault(o.vault);
  const amount = (thousandths * 10n ** r.w.model.terms.assets[asset]!.decimals) / 1000n;
  return r.perform("deposit", 5n, signer, { kind: "deposit", vault: key, asset, amount });
}

/** Borrows. From a share of 800 thousandths up, the amount is the limit, give or take two units. */
export async function borrow(r: Run, o: Operation): Promise<void> {
  const { key, signer, address } = r.vault(o.vault);
  const room = r.ahead(o.elapsed, () => r.room(key));
  const amount = max(o.share >= 800 ? room + o.edge : part(room, o), 1n);
  const held = [...r.w.model.vaultEngine.vault(key).balances.keys()];
  const credited = held.some((a) =>
    held.some((b) => a !== b && r.w.model.volatilityModel.state.level(a, b) > 0n),
  );
  const cut = held.some((a) => r.w.model.riskConfig.effectiveLtv(a) < r.w.model.riskConfig.termsOf(a).ltv);
  const operation = { kind: "borrow", vault: key, amount, to: address } as const;
  const done = await r.perform("borrow", o.elapsed, signer, operation);
  if (done && o.share >= 800) r.note(credited && cut ? "borrow diversified" : "borrow at the limit");
}

function repay(r: Run, o: Operation): Promise<boolean> {
  const { key } = r.vault(o.vault);
  const amount = o.share === 1000 ? MAX_UINT256 : part(r.w.model.vaultEngine.health(key).debt, o);
  return r.perform("repay", o.elapsed, r.actor(o.actor).signer, { kind: "repay", vault: key, amount });
}

function withdraw(r: Run, o: Operation): Promise<boolean> {
  const { key, signer, address } = r.vault(o.vault);
  const amount = part(r.w.model.vaultEngine.vault(key).balances.get(o.asset) ?? 1n, o);
  return r.perform("withdraw", o.elapsed, signer, {
    kind: "withdraw",
    ...{ vault: key, asset: o.asset, amount, to: address },
  });
}

/** Sells at cost, a little above it, or around the most that may be taken out. */
function deleverage(r: Run, o: Operation): Promise<boolean> {
  const { model } = r.w;
  const indebted = r.w.keys.flatMap((k, i) => (model.vaultEngine.vault(k).scaledDebt === 0n ? [] : [i]));
  const { key, signer, address } = r.vault(cycled(indebted, o.vault) ?? o.vault);
  const asset = cycled([...model.vaultEngine.vault(key).balances.keys()], o.asset) ?? o.asset;
  const repay = part(model.vaultEngine.health(key).debt, o);
  const { maxBonus } = model.riskConfig.termsOf(asset);
  const bonus = o.pick % 3 === 0 ? maxBonus : BigInt(o.pick % 2) * (maxBonus / 4n);
  const price = max(model.oracleGuard.price(asset).liquidation, 1n);
  const amount = max(mulDivDown(mulDivDown(repay, BPS + bonus, BPS), PRICE_ONE, price) + o.edge, 0n);
  return r.perform("deleverage", o.elapsed, signer, {
    kind: "deleverage",
    ...{ vault: key, asset, amount, repay, receiver: address },
  });
}

export function liquidate(r: Run, o: Operation): Promise<boolean> {
  const { model } = r.w;
  const vault = r.ailing(o.pick);
  const { balances } = model.vaultEngine.vault(vault);
  const asset = cycled([...balances.keys()], o.asset) ?? o.asset;
  const maxRepay = o.pick % 5 === 1 ? part(model.vaultEngine.health(vault).debt, o) : MAX_UINT256;
  const maxSeize = o.pick % 5 === 2 ? part(balances.get(asset) ?? 1n, o) : MAX_UINT256;
  const { address, signer } = r.actor(o.actor);
  return r.perform(
    "liquidate",
    o.elapsed,
    signer,
    { kind: "liquidate", vault, asset, maxRepay, maxSeize, receiver: address },
    ({ loss }) => {
      noteLoss(r, "writeOffVault", loss);
    },
  );
}

/**
 * Flags a vault. If none is unhealthy, prices fall a little first. Sometimes the vault is absorbed
 * as soon as it may be.
 */
async function flag(r: Run, o: Operation): Promise<void> {
  const { model, keys } = r.w;
  if (!keys.some((key) => model.vaultEngine.health(key).liquidatable)) {
    const move = 900 + (o.pick % 60);
    await r.quote([move, move, move]);
  }
  const key = r.ailing(o.pick | 1);
  await r.perform("flag", o.elapsed, r.actor(0).signer, { kind: "flag", vault: key }, (flaggedAt) => {
    if (flaggedAt !== 0n) r.note("flagged");
  });
  if (o.pick % 3 === 0) await absorbFlagged(r, o, key);
}

/** Absorbs a vault, usually a flagged one if there is one. */
async function absorb(r: Run, o: Operation): Promise<void> {
  const { model, keys } = r.w;
  const flagged = keys.filter((key) => model.vaultEngine.vault(key).flaggedAt > model.now - 7000n);
  const key = o.pick % 4 === 0 ? undefined : cycled(flagged, o.vault);
  if (key === undefined) await absorbVault(r, r.ailing(o.pick), o.actor, o.elapsed);
  else await absorbFlagged(r, o, key);
}

/** Absorbs a vault when its flag is one hour or two hours old, give or take two seconds. */
async function absorbFlagged(r: Run, o: Operation, key: VaultKey): Promise<void> {
  const { model } = r.w;
  const due = model.vaultEngine.vault(key).flaggedAt + (o.pick % 8 === 1 ? 7200n : 3600n) + o.edge;
  const elapsed = max(due - model.now, 1n);
  const { value, debt } = r.ahead(elapsed, () => model.vaultEngine.health(key));
  const needed = value * BPS >= debt * 10_200n;
  if ((await absorbVault(r, key, o.actor, elapsed)) && needed) r.note("absorb for its flag");
}

async function absorbAll(r: Run, o: Operation): Promise<void> {
  let absorbed = 0;
  for (const [i, key] of r.w.keys.entries()) {
    if (!r.w.model.vaultEngine.health(key).liquidatable) continue;
    if (await absorbVault(r, key, (o.actor + i) % 3, 1n)) ++absorbed;
  }
  if (absorbed > 1) r.note("absorb several");
}

/** Absorbs one vault. The tip goes to actor number `keeper`. */
export function absorbVault(r: Run, key: VaultKey, keeper: number, elapsed: bigint): Promise<boolean> {
  const { address } = r.actor(keeper);
  return r.perform("absorb", elapsed, r.actor(0).signer, { kind: "absorb", vault: key, keeper: address });
}
