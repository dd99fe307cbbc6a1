import { type Provider, ZeroAddress } from "ethers";

import type { Client } from "../protocol/client.js";

/**
 * Compares what a deployment's record says of the chain and the keeper does not read again: code at every address, the assets listed, and their
 * sources. Returns the first difference as one line that names field, value and what is allowed, or null. Risk parameters may
 * change at any time: the keeper reads those in force with every block.
 */
export async function firstDifference(client: Client, provider: Provider): Promise<string | null> {
  for (const [name, address] of Object.entries(client.deployment.contracts)) {
    if ((await provider.getCode(address)) === "0x") {
      return `contracts.${name}: ${address}: must be a contract, but there is no code at this address`;
    }
  }
  const { assets } = client.deployment;
  const listed = Number(await client.riskConfig.assetCount());
  if (listed !== assets.length) return `assets: ${assets.length}: must be the ${listed} that are listed`;
  for (const [id, { token, decimals, primary, secondary }] of assets.entries()) {
    const { risk } = await client.riskConfig.assetRisk(id);
    const sources = await client.oracle.assetSources(id);
    const pairs: [string, bigint | string, bigint | string][] = [
      [`assets[${id}].token`, token.toLowerCase(), risk.token.toLowerCase()],
      [`assets[${id}].decimals`, BigInt(decimals), risk.decimals],
      [`assets[${id}].primary.feed`, primary.feed.toLowerCase(), sources.primary.feed.toLowerCase()],
      [
        `assets[${id}].secondary.feed`,
        (secondary?.feed ?? ZeroAddress).toLowerCase(),
        sources.secondary.feed.toLowerCase(),
      ],
    ];
    const differing = pairs.find(([, recorded, actual]) => recorded !== actual);
    if (differing !== undefined)
      return `${differing[0]}: ${differing[1]}: must be ${differing[2]}, as on chain`;
  }
  return null;
}
