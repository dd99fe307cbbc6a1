import type { Signer } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../deploy/inMemory.js";
import { type Account, unlockedAccount } from "../../src/keeper/chain/account.js";
import type { KeeperSettings } from "../../src/keeper/keeper.js";
import type { VaultKey } from "../../src/model/index.js";
import { type Client, connect } from "../../src/protocol/client.js";
import type { Deployment } from "../../src/protocol/deployments.js";
import type { NodeProvider } from "../../src/protocol/provider.js";
import { fund, lend, localParameters, openVault, ROLES } from "./scenario.js";

/** Settings of a keeper that acts on any profit and waits only briefly. */
export const SETTINGS: KeeperSettings = {
  dryRun: false,
  minProfit: 0n,
  alive: 60_000,
  logChunk: 1_000,
  patience: { blocks: 3, stall: 10_000, interval: 5 },
};

/** A deployed system with an unlocked keeper account but no executor. */
export interface Stage {
  readonly connection: NetworkConnection;
  readonly deployment: Deployment;
  readonly client: Client;
  readonly provider: NodeProvider;
  readonly signers: Signer[];
  /** The keeper's account. It holds 50,000 of the debt asset. */
  readonly own: Account;
  /** 10 of asset 0 at 2,000 for a debt of 14,900: unhealthy below a price of 1,862.50. */
  readonly vault: VaultKey;
}

/**
 * Deploys the system, lends, funds the keeper and opens one vault. The caller closes the
 * connection.
 */
export async function openStage(): Promise<Stage> {
  const connection = await network.create({ override: { allowBlocksWithSameTimestamp: true } });
  const deployment = await deployInMemory(connection, localParameters());
  const { provider } = connection.ethers;
  const signers = await connection.ethers.getSigners();
  const role = (number: number): Signer => signers[number]!;
  await lend(deployment, role(ROLES.lender));
  await fund(deployment, role(ROLES.keeper), "50000");
  return {
    connection,
    deployment,
    client: connect(deployment, provider),
    provider,
    signers,
    own: unlockedAccount(provider, await role(ROLES.keeper).getAddress()),
    vault: await openVault(deployment, role(ROLES.borrower), 0n, { 0: "10" }, "14900"),
  };
}
