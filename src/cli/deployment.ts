import { readFile } from "node:fs/promises";

import { type Deployment, DeploymentError, deploymentPath, readDeployment } from "../protocol/deployments.js";
import { ChainError } from "./args.js";
import { InputError } from "../format/inputError.js";
import { type ChainProbe, isDevelopment } from "./rpc.js";

/**
 * The record of the deployment on a chain.
 * Throws a `ChainError` if the record belongs to an earlier development chain with the same id.
 * This is checked first. Throws an `InputError` if there is no record or it cannot be used.
 */
export async function openDeployment(directory: string, chain: ChainProbe): Promise<Deployment> {
  const path = deploymentPath(directory, chain.chainId);
  if (isDevelopment(chain.chainId)) {
    const recorded = await recordedGenesis(path);
    if (recorded !== null && recorded !== chain.genesisHash) {
      throw new ChainError(
        `genesis hash: ${chain.genesisHash}: must be ${recorded}, as in ${path}; run "npm run deploy" for this chain`,
      );
    }
  }
  try {
    return await readDeployment(directory, chain.chainId);
  } catch (error) {
    if (error instanceof DeploymentError) throw new InputError(error.message, { cause: error });
    throw error;
  }
}

/** The genesis hash in a record, even if the rest of the record is invalid; null if it has none. */
async function recordedGenesis(path: string): Promise<string | null> {
  try {
    const record = JSON.parse(await readFile(path, "utf8")) as { genesisHash?: unknown } | null;
    const hash = record?.genesisHash;
    return typeof hash === "string" && /^0x[0-9a-fA-F]{64}$/.test(hash) ? hash : null;
  } catch {
    return null;
  }
}
