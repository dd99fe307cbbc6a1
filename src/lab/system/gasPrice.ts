import { WAD } from "../../model/index.js";

/**
 * Cost of gas units at `gasPrice` [wei] in debt units, rounded down, with ether at `etherPriceWad`
 * [WAD of debt tokens].
 */
export function gasInDebtUnits(
  gasUnits: bigint,
  gasPrice: bigint,
  etherPriceWad: bigint,
  debtDecimals: number,
): bigint {
  return (gasUnits * gasPrice * etherPriceWad * 10n ** BigInt(debtDecimals)) / (WAD * WAD);
}
