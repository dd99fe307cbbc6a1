import { WAD } from "../../model/index.js";

/** Gas units at `gasPrice` [wei] in debt units, with ether at `etherPriceWad` [WAD of debt tokens], rounded down. */
export function gasInDebtUnits(
  gasUnits: bigint,
  gasPrice: bigint,
  etherPriceWad: bigint,
  debtDecimals: number,
): bigint {
  return (gasUnits * gasPrice * etherPriceWad * 10n ** BigInt(debtDecimals)) / (WAD * WAD);
}
