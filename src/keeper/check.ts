import type { Provider } from "ethers";

import type { Client } from "../protocol/client.js";
import { termsOf } from "../protocol/deployments.js";

/**
 * Compares a deployment's record with the chain: code at every address, and the risk parameters in force. Returns the
 * first difference as one line that names field, value and what is allowed, or null. A keeper with other terms than the
 * engine's would predict wrongly.
 */
export async function firstDifference(client: Client, provider: Provider): Promise<string | null> {
  for (const [name, address] of Object.entries(client.deployment.contracts)) {
    if ((await provider.getCode(address)) === "0x") {
      return `contracts.${name}: ${address}: must be a contract, but there is no code at this address`;
    }
  }
  const terms = termsOf(client.deployment);
  const system = await client.riskConfig.systemRisk();
  const listed = Number(await client.riskConfig.assetCount());
  if (listed !== terms.assets.length)
    return `assets: ${terms.assets.length}: must be the ${listed} that are listed`;
  const pairs: [string, bigint | string, bigint | string][] = [
    ["system.borrowCap", terms.system.borrowCap, system.borrowCap],
    ["system.dust", terms.system.dust, system.dust],
    ["system.targetHealthBps", terms.system.targetHealth, system.targetHealth],
  ];
  for (const [id, asset] of terms.assets.entries()) {
    const { risk } = await client.riskConfig.assetRisk(id);
    const token = client.deployment.assets[id]?.token ?? "";
    pairs.push(
      [`assets[${id}].token`, token.toLowerCase(), risk.token.toLowerCase()],
      [`assets[${id}].decimals`, asset.decimals, risk.decimals],
      [`assets[${id}].ltvBps`, asset.ltv, risk.ltv],
      [`assets[${id}].liquidationThresholdBps`, asset.liquidationThreshold, risk.liquidationThreshold],
      [`assets[${id}].minBonusBps`, asset.minBonus, risk.minBonus],
      [`assets[${id}].maxBonusBps`, asset.maxBonus, risk.maxBonus],
      [`assets[${id}].slopeBps`, asset.slope, risk.slope],
    );
  }
  const differing = pairs.find(([, recorded, actual]) => recorded !== actual);
  return differing === undefined
    ? null
    : `${differing[0]}: ${differing[1]}: must be ${differing[2]}, as on chain`;
}
