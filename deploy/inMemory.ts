import type { NetworkConnection } from "hardhat/types/network";

import type { Deployment } from "../src/protocol/deployments.js";
import type { SystemParameters } from "../src/protocol/parameters/convert.js";
import { resolveDecimals } from "./onChain.js";
import { recordOf } from "./record.js";
import { systemModule } from "./System.js";

/** Deploys the whole system on an in-process chain; nothing is written to disk. */
export async function deployInMemory(
  connection: NetworkConnection,
  p: SystemParameters,
): Promise<Deployment> {
  const { ethers, ignition, provider } = connection;
  const decimals = await resolveDecimals(p, provider);
  const block = await ethers.provider.getBlockNumber();
  const [deployer] = await ethers.getSigners();
  if (deployer === undefined) throw new Error("the chain has no account");
  const deployed = await ignition.deploy(systemModule(p, decimals, deployer.address));
  const addresses: Record<string, string> = {};
  for (const [name, contract] of Object.entries(deployed)) addresses[name] = await contract.getAddress();
  const genesis = await ethers.provider.getBlock(0);
  const { chainId } = await ethers.provider.getNetwork();
  return recordOf(
    { chainId: Number(chainId), genesisHash: genesis?.hash ?? "", block },
    p,
    decimals,
    addresses,
  );
}
