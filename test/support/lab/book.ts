import type { Scenario } from "../../../src/lab/scenario/scenario.js";
import { plannedVaults } from "../../../src/lab/system/population.js";
import { Settings } from "../../../src/lab/config/settings.js";
import { feedAnswer, labParameters } from "../../../src/lab/system/deploymentParameters.js";
import { type SystemModel, SystemModel as Model, type VaultKey, vaultKey } from "../../../src/model/index.js";
import { modelTerms } from "../../../src/protocol/parameters/convert.js";
import { mockDecimals } from "../mockDecimals.js";
import { handMade, wad } from "./lab.js";

const OWNER = `0x${"ab".repeat(20)}`;
export const OPENED_AT = 1_700_000_000n;

/** Two collaterals, of 18 and of 8 decimals. */
export const TWO_ASSETS: Scenario = handMade(
  [
    { symbol: "WETH", decimals: 18 },
    { symbol: "WBTC", decimals: 8 },
  ],
  [Number(OPENED_AT)],
  [[wad(200), wad(8000)]],
);

/**
 * A model without a chain. Its vaults are the lab's population, opened at the scenario's first
 * prices.
 */
export function openBook(
  vaults: number,
  set: readonly string[] = [],
  scenario = TWO_ASSETS,
): { readonly model: SystemModel; readonly keys: readonly VaultKey[] } {
  const settings = new Settings(
    scenario.assets.map((asset) => asset.symbol),
    set,
  );
  const parameters = labParameters(scenario, settings);
  const model = new Model(modelTerms(parameters, mockDecimals(parameters)), OPENED_AT);
  const first = scenario.prices[0] ?? [];
  setPrices(model, first);
  const assets = scenario.assets.map((asset, id) => ({ ...asset, priceWad: first[id] ?? 0n }));
  const planned = plannedVaults(settings, assets, Number(model.terms.debtDecimals), vaults, 1);
  model.lendingPool.deposit(planned.reduce((sum, vault) => sum + 2n * vault.debt, 0n));
  const keys = planned.map(({ index, asset, collateral, debt }) => {
    const key = vaultKey(OWNER, BigInt(index));
    model.vaultEngine.deposit(key, asset, collateral);
    model.vaultEngine.borrow(key, debt);
    return key;
  });
  return { model, keys };
}

/** Sets every feed's answer to its market price [WAD], as of now. */
export function setPrices(model: SystemModel, prices: readonly bigint[]): void {
  prices.forEach((price, id) =>
    model.oracleGuard.setFeed(id, { answer: feedAnswer(price), updatedAt: model.now }),
  );
}
