import { expect } from "chai";
import fc from "fast-check";

import { plannedVaults } from "../../../../src/lab/system/population.js";
import { Settings } from "../../../../src/lab/config/settings.js";
import { BPS } from "../../../../src/model/index.js";
import { openBook } from "../../../support/lab/book.js";
import { WAD, wad } from "../../../support/lab/lab.js";

const USUAL = new Settings(["WETH", "WBTC"], []);
const ASSETS = [
  { symbol: "WETH", decimals: 18, priceWad: wad(200.7) },
  { symbol: "WBTC", decimals: 8, priceWad: wad(7911.43) },
];
const plan = (count: number, seed: number, settings = USUAL, debtDecimals = 18) =>
  plannedVaults(settings, ASSETS, debtDecimals, count, seed);
const seeds = fc.integer({ min: 0, max: 4_294_967_295 });

describe("the population of the lab", () => {
  it("is the same for the same seed, and its first vaults do not depend on how many there are", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 40 }), (seed, count) => {
        const vaults = plan(count, seed);
        expect(vaults).to.deep.equal(plan(40, seed).slice(0, count));
      }),
      { numRuns: 30 },
    );
    expect(plan(10, 1)).not.to.deep.equal(plan(10, 2));
  });

  it("keeps its debts when the risk of its vaults is changed, and its risks when debts are", () => {
    const debts = (settings: Settings) => plan(20, 7, settings).map((vault) => vault.debt);
    expect(debts(new Settings(["WETH", "WBTC"], ["population.minUse=0.6"]))).to.deep.equal(debts(USUAL));
    const risks = (settings: Settings) =>
      plan(20, 7, settings)
        .filter((vault) => vault.asset === 0)
        .map(({ debt, collateral }) => (debt * 10n ** 12n) / collateral);
    expect(risks(new Settings(["WETH", "WBTC"], ["population.maxDebt=90000"]))).to.deep.equal(risks(USUAL));
  });

  it("owes between the least and the largest debt, and more often little than much", () => {
    for (const decimals of [6, 8, 18]) {
      const unit = 10n ** BigInt(decimals);
      fc.assert(
        fc.property(seeds, (seed) => {
          for (const { debt } of plan(20, seed, USUAL, decimals))
            expect(debt >= 2000n * unit && debt <= 100_000n * unit).to.equal(true);
        }),
        { numRuns: 20 },
      );
    }
    const small = plan(1000, 1).filter(({ debt }) => debt < 51_000n * WAD).length;
    expect(small).to.be.within(740, 850);
  });

  it("stays within its share of the borrowing limit at the first price, never under the least share", () => {
    const settings = new Settings(["WETH", "WBTC"], ["population.minUse=0.4", "population.maxUse=0.9"]);
    fc.assert(
      fc.property(seeds, fc.constantFrom(6, 18), (seed, debtDecimals) => {
        for (const { asset, collateral, debt } of plan(20, seed, settings, debtDecimals)) {
          const { decimals, priceWad, symbol } = ASSETS[asset]!;
          const value =
            (collateral * priceWad * 10n ** BigInt(debtDecimals)) / (WAD * 10n ** BigInt(decimals));
          const limit = (value * BigInt(settings.integer(symbol, "ltvBps"))) / BPS;
          expect(debt * 10n <= limit * 9n).to.equal(true);
          // One unit of collateral with eight decimals is worth a few hundred-thousandths of a debt
          // token.
          expect(debt * 10_001n >= limit * 4n * 1000n).to.equal(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("takes its collaterals in turns", () => {
    expect(plan(5, 1).map((vault) => vault.asset)).to.deep.equal([0, 1, 0, 1, 0]);
    expect(plan(5, 1).map((vault) => vault.index)).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it("can be opened in full: no vault is refused, none is liquidatable at the first price", () => {
    const { model, keys } = openBook(200, ["population.maxUse=0.999"]);
    expect(keys).to.have.length(200);
    expect(keys.filter((key) => model.vaultEngine.health(key).liquidatable)).to.deep.equal([]);
  });
});
