import type { Signer } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../deploy/inMemory.js";
import { type Account, unlockedAccount } from "../../src/keeper/chain/account.js";
import { Keeper, type KeeperSettings } from "../../src/keeper/keeper.js";
import type { KeeperEvent } from "../../src/keeper/report/events.js";
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
  /** The signer of one of `ROLES`, or of any other account by its number. */
  readonly role: (number: number) => Signer;
  /** The keeper's account. It holds 50,000 of the debt asset. */
  readonly own: Account;
  /** 10 of asset 0 at 2,000 for a debt of 14,900: unhealthy below a price of 1,862.50. */
  readonly vault: VaultKey;
  /** What the keepers of `keeperWith` reported, in order. */
  readonly events: KeeperEvent[];
  /** A keeper with `SETTINGS`, on this stage unless another account, client or node is given. */
  readonly keeperWith: (
    settings?: Partial<KeeperSettings>,
    account?: Account,
    on?: Client,
    node?: NodeProvider,
  ) => Keeper;
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
  const role = (number: number): Signer => {
    const signer = signers[number];
    if (signer === undefined) throw new Error(`no account ${number}`);
    return signer;
  };
  await lend(deployment, role(ROLES.lender));
  await fund(deployment, role(ROLES.keeper), "50000");
  const client = connect(deployment, provider);
  const own = unlockedAccount(provider, await role(ROLES.keeper).getAddress());
  const events: KeeperEvent[] = [];
  return {
    connection,
    deployment,
    client,
    provider,
    role,
    own,
    events,
    keeperWith: (settings = {}, account = own, on = client, node = provider) =>
      new Keeper(on, node, account, { ...SETTINGS, ...settings }, (event) => events.push(event)),
    vault: await openVault(deployment, role(ROLES.borrower), 0n, { 0: "10" }, "14900"),
  };
}
