import { MAX_UINT256, type VaultKey, auctionMath, auctions, type pools, valueDown } from "../model/index.js";
import type { Scene } from "./agents/scene.js";
import type { AbsorptionSample, TakeSample } from "./result.js";
import type { LabWorld } from "./world.js";

/** What the owner of an absorbed vault had when it was [debt units], and what came back to it since. */
interface Estate {
  /** Market value of the collateral beyond the debt; 0 if there was none. */
  readonly equity: bigint;
  /** Market value of what it may claim, at the prices of the absorption. */
  returned: bigint;
  /** Market prices then [WAD], by asset. */
  readonly market: readonly bigint[];
}

/** Does in the model what keepers do at auctions, and keeps the accounts of it. Amounts in debt units. */
export class AuctionBooks {
  readonly absorptions: AbsorptionSample[] = [];
  readonly takes: TakeSample[] = [];
  /** Debt absorbed, and lots it came with. */
  debt = 0n;
  lots = 0;
  /** What bidders paid for lots with a tab, and to whom it went. */
  proceeds = 0n;
  repaid = 0n;
  penalties = 0n;
  tips = 0n;
  /** Tips that the backstop paid. */
  tipsFromBackstop = 0n;
  /** Debts nobody will pay that auctions left. */
  shortfall = 0n;
  /** What was paid for remnants: the reserve's. */
  remnantsSold = 0n;
  restarts = 0;
  givenUp = 0;
  /** The oracle's value of everything taken but remnants. */
  private oracleValue = 0n;
  private readonly estates = new Map<bigint, Estate>();

  constructor(private readonly world: LabWorld) {}

  /** Absorbs a vault. `record` puts it on record with its transaction. */
  absorb(scene: Scene, key: VaultKey): { readonly record: (transaction: string) => void } {
    const { actors, model } = this.world;
    const { debt } = model.health(key, scene.prices);
    const held = [...model.vault(key).balances];
    const value = held.reduce((sum, [asset, amount]) => sum + this.worth(scene.market, asset, amount), 0n);
    const before = model.pool.auctionDebt;
    const id = this.tipped(0n, () => model.absorb(key, actors.absorber));
    this.debt += model.pool.auctionDebt - before;
    this.lots += held.length;
    const equity = value > debt ? value - debt : 0n;
    this.estates.set(id, { equity, returned: 0n, market: scene.market });
    const { time, block } = scene;
    return {
      record: (transaction) =>
        this.absorptions.push({ time, block, transaction, id, vault: key, debt, value }),
    };
  }

  /** Takes from a lot. `record` puts it on record with its transaction and what the bidder made of it. */
  take(
    scene: Scene,
    id: bigint,
    asset: number,
    wanted: bigint,
  ): {
    readonly amount: bigint;
    readonly cost: bigint;
    readonly loss: pools.Loss;
    readonly record: (transaction: string, profit: bigint) => void;
  } {
    const { backing } = this.world.model;
    const absorption = backing.house.open.find((a) => a.id === id);
    const { cost: price } = backing.quoteTake(id, asset, wanted);
    const paid = absorption === undefined ? null : auctionMath.split(auctions.tabOf(absorption), price);
    const { amount, cost, loss } = this.tipped(paid?.tip ?? 0n, () =>
      backing.take(id, asset, wanted, MAX_UINT256),
    );
    const oracleValue = valueDown(amount, scene.prices[asset]?.liq ?? 0n);
    if (absorption === undefined || paid === null) {
      this.remnantsSold += cost;
    } else {
      this.proceeds += cost;
      this.repaid += paid.debt;
      this.penalties += paid.penalty;
      this.tips += paid.tip;
      this.oracleValue += oracleValue;
      this.shortfall += loss.total;
      if (absorption.left === cost) this.giveBack(absorption, asset, amount);
    }
    const { time, block } = scene;
    return {
      amount,
      cost,
      loss,
      record: (transaction, profit) =>
        this.takes.push({ time, block, transaction, id, asset, cost, oracleValue, profit }),
    };
  }

  /** Gives an absorption up. */
  giveUp(id: bigint): pools.Loss {
    const loss = this.tipped(0n, () => this.world.model.backing.giveUp(id));
    this.shortfall += loss.total;
    this.givenUp += 1;
    return loss;
  }

  /** Restarts an expired lot. */
  restart(id: bigint, asset: number): void {
    this.world.model.backing.restart(id, asset);
    this.restarts += 1;
  }

  /** What everything taken but remnants brought for its worth at the oracle price [WAD]; 0 if nothing was. */
  get meanPriceToOracle(): bigint {
    return this.oracleValue === 0n ? 0n : (this.proceeds * 10n ** 18n) / this.oracleValue;
  }

  /** What owners of absorbed vaults lost of what was theirs, what was still at auction counted as lost. */
  get ownersLost(): bigint {
    return [...this.estates.values()].reduce((sum, e) => sum + subFloor(e.equity, e.returned), 0n);
  }

  /** What owners may claim, or have claimed, at the market prices of their absorptions. */
  get claimable(): bigint {
    return [...this.estates.values()].reduce((sum, e) => sum + e.returned, 0n);
  }

  /** Tips earned by absorbers. */
  get tipsEarned(): bigint {
    return this.tips + this.tipsFromBackstop;
  }

  /** What open absorptions owe beyond the value of their lots at liquidation prices. */
  impliedShortfall(scene: Pick<Scene, "prices">): bigint {
    return this.world.model.backing.house.open.reduce((sum, a) => {
      const value = a.lots.reduce(
        (all, l) => all + valueDown(l.amount, scene.prices[l.asset]?.liq ?? 0n),
        0n,
      );
      return sum + subFloor(auctions.tabOf(a).debt, value);
    }, 0n);
  }

  /** Market value of an amount of an asset [debt units]. */
  worth(market: readonly bigint[], asset: number, amount: bigint): bigint {
    const { assets, debtAsset } = this.world.client.deployment;
    const unit = 10n ** BigInt(18 + (assets[asset]?.decimals ?? 18));
    return (amount * (market[asset] ?? 0n) * 10n ** BigInt(debtAsset.decimals)) / unit;
  }

  /** What is left of an absorption whose tab is paid is its owner's. */
  private giveBack(before: auctions.Absorption, asset: number, sold: bigint): void {
    const estate = this.estates.get(before.id);
    if (estate === undefined) return;
    estate.returned = before.lots.reduce((sum, lot) => {
      const left = lot.asset === asset ? lot.amount - sold : lot.amount;
      return sum + this.worth(estate.market, lot.asset, left);
    }, 0n);
  }

  /** Runs an operation, and notes what it made the backstop pay in tips beyond `fromProceeds`. */
  private tipped<T>(fromProceeds: bigint, operation: () => T): T {
    const { backing } = this.world.model;
    const before = sumOfTips(backing.house);
    const result = operation();
    this.tipsFromBackstop += sumOfTips(backing.house) - before - fromProceeds;
    return result;
  }
}

function sumOfTips({ tips }: auctions.AuctionState): bigint {
  return [...tips.values()].reduce((sum, tip) => sum + tip, 0n);
}

function subFloor(a: bigint, b: bigint): bigint {
  return a > b ? a - b : 0n;
}
