import type { InvariantLog } from "../../checks/invariants.js";
import type { LabWorld } from "../../system/world.js";
import { type Asset, HOLDER_OF, type Holder, ROLES } from "./accounts.js";
import type { Bookkeeper, Equity } from "./bookkeeper.js";

/**
 * Balances of all holders on the chain [token units], and the equity of lenders, reserve and
 * backstop [debt units].
 */
export interface Holdings {
  readonly balances: readonly (readonly [holder: Holder, asset: Asset, balance: bigint])[];
  readonly equity: Equity;
}

/** Reads all holdings from the chain's newest block. */
export async function holdingsOf(world: LabWorld): Promise<Holdings> {
  const { actors, client, connection, uniswapPools: markets } = world;
  const { contracts } = client.deployment;
  const balances: [Holder, Asset, bigint][] = [];
  const people: readonly (readonly [Holder, string])[] = [
    ["borrower", actors.borrower],
    ["keeper", actors.keeper],
    ["bidder", actors.bidder],
    ["absorber", actors.absorber],
    ["attendant", actors.attendant],
    ["executor", actors.executor],
    ["arbitrageur", actors.arbitrageur],
  ];
  const tokens = [["debt", client.debtToken] as const, ...client.tokens.map((t, id) => [id, t] as const)];
  for (const [asset, token] of tokens) {
    for (const [holder, address] of people) balances.push([holder, asset, await token.balanceOf(address)]);
    let system = 0n;
    for (const address of [contracts.engine, contracts.pool, contracts.auctionHouse, contracts.backstop])
      system += await token.balanceOf(address);
    balances.push(["system", asset, system]);
    for (const [id, market] of markets.entries()) {
      if (asset !== "debt" && asset !== id) continue;
      balances.push([`pool ${id}`, asset, await token.balanceOf(market.address)]);
    }
  }
  for (const role of Object.values(HOLDER_OF)) {
    const address = people.find(([holder]) => holder === role)?.[1] ?? "";
    balances.push([role, "ether", await connection.ethers.provider.getBalance(address)]);
  }
  const { reserve, backstopDue } = await client.lendingPool.claims();
  return {
    balances,
    equity: {
      lenders: await client.lendingPool.totalAssets(),
      reserve,
      backstop: (await client.debtToken.balanceOf(contracts.backstop)) + backstopDue,
    },
  };
}

/**
 * Compares the books with the chain, to the unit. Every difference is a violation:
 * - the change of each holder's balance of each token,
 * - the gains of lenders, reserve and backstop,
 * - the collateral at auction and its value beyond its debt,
 * - the sum of all accounts, which must be zero.
 */
export function audit(
  log: InvariantLog,
  books: Bookkeeper,
  world: LabWorld,
  before: Holdings,
  after: Holdings,
): void {
  const { model } = world;
  after.balances.forEach(([holder, asset, balance], i) => {
    const opening = before.balances[i]?.[2] ?? 0n;
    const change = books.movements.change(holder, asset);
    log.require(
      balance - opening === change,
      `balance: ${holder} has ${balance - opening} more of ${nameOf(world, asset)} than at the start, not ${change}`,
    );
  });
  const gained = books.gained();
  for (const party of ["lenders", "reserve", "backstop"] as const) {
    const change = after.equity[party] - before.equity[party];
    log.require(
      change === gained[party],
      `balance: ${party} gained ${change}, not the ${gained[party]} of their accounts`,
    );
  }
  model.terms.assets.forEach((_, id) => {
    const owners = [...model.auctionHouse.state.claims].reduce(
      (sum, [key, amount]) => (Number(key.split("/")[1]) === id ? sum + amount : sum),
      0n,
    );
    const waiting = model.vaultEngine.assetTotals(id).auctioned - owners;
    log.require(
      books.stock.total(id) === waiting,
      `balance: ${waiting} of ${nameOf(world, id)} is at auction, not the ${books.stock.total(id)} in the books`,
    );
  });
  const lots = books.stock
    .entries()
    .reduce((sum, [, asset, { amount }]) => sum + books.lastWorth(asset, amount), 0n);
  const open = lots - model.lendingPool.state.auctionDebt;
  const booked = books.accounts.net("atAuction");
  log.require(booked === open, `balance: what is at auction is worth ${open} beyond its debt, not ${booked}`);
  auditKeepers(log, books, world);
  const { sum } = books.accounts;
  log.require(sum === 0n, `balance: what everybody gained and lost sums to ${sum}, not 0`);
}

/**
 * The gain before gas of a keeper that holds no collateral equals its gain in the debt asset plus
 * the tips it is owed. Keepers that still hold collateral are skipped.
 */
function auditKeepers(log: InvariantLog, books: Bookkeeper, { actors, model }: LabWorld): void {
  for (const role of ROLES) {
    const holder = HOLDER_OF[role];
    if (model.terms.assets.some((_, id) => books.movements.change(holder, id) !== 0n)) continue;
    const tips = model.auctionHouse.state.tips.get(actors[holder]) ?? 0n;
    const tokens = books.movements.change(holder, "debt") + tips;
    const booked = books.accounts.net(role) + (books.gasOf.get(role) ?? 0n);
    log.require(booked === tokens, `balance: ${role} gained ${tokens} before gas, not ${booked}`);
  }
}

function nameOf(world: LabWorld, asset: Asset): string {
  if (typeof asset === "number") return world.client.deployment.assets[asset]?.symbol ?? `asset ${asset}`;
  return asset === "debt" ? world.client.deployment.debtAsset.symbol : asset;
}
