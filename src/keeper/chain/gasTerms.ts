import type { Price } from "../../model/index.js";
import type { NodeProvider } from "../../protocol/provider.js";

const ONE_GWEI = 10n ** 9n;

/** The tip that the node suggests [wei per gas]; one gwei if the node suggests none. */
export async function suggestedTip(provider: NodeProvider): Promise<bigint> {
  try {
    return BigInt((await provider.send("eth_maxPriorityFeePerGas", [])) as string);
  } catch {
    return ONE_GWEI;
  }
}

/**
 * Price of one wei [debt units, 1e36-scaled], from the price of wrapped ether if that has one now.
 */
export function weiPriceOf(
  assets: readonly { symbol: string; decimals: number }[],
  prices: readonly Price[],
): bigint | null {
  const id = assets.findIndex((asset) => asset.symbol === "WETH" && asset.decimals === 18);
  const price = prices[id];
  return price === undefined || price.liquidation === 0n ? null : price.liquidation;
}
