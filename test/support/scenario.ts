import { readFileSync } from "node:fs";

import { JsonRpcSigner, MaxUint256, parseEther, parseUnits, type Signer } from "ethers";

import { vaultKey, type VaultKey } from "../../src/model/index.js";
import { type Client, connect } from "../../src/protocol/client.js";
import type { Deployment } from "../../src/protocol/deployments.js";
import { parseParameters, type SystemParameters } from "../../src/protocol/parameters/convert.js";
import type { DeadlineProvider } from "../../src/protocol/provider.js";

/** Who does what in the tests, by the number of the node's unlocked account. */
export const ROLES = { deployer: 0, keeper: 1, lender: 2, borrower: 3, rival: 4 } as const;

/** The parameters of `deploy/parameters/localhost.json`. */
export function localParameters(): SystemParameters {
  return parseParameters(JSON.parse(readFileSync("deploy/parameters/localhost.json", "utf8")));
}

/** An unlocked account of a node. */
export async function signerOf(provider: DeadlineProvider, number: number): Promise<JsonRpcSigner> {
  const accounts = (await provider.send("eth_accounts", [])) as string[];
  return new JsonRpcSigner(provider, accounts[number] ?? "");
}

/** Waits for a transaction sent by a test. */
export async function mined(sent: Promise<{ wait(): Promise<unknown> }>): Promise<void> {
  await (await sent).wait();
}

/** Puts 500,000 into the pool. */
export async function lend(deployment: Deployment, lender: Signer): Promise<void> {
  const { debtToken, lendingPool: pool } = connect(deployment, lender);
  const me = await lender.getAddress();
  await mined(debtToken.mint(me, parseEther("500000")));
  await mined(debtToken.approve(await pool.getAddress(), MaxUint256));
  // An estimate made in the second of the block before would miss the accrual.
  await mined(pool.deposit(parseEther("500000"), me, { gasLimit: 1_000_000n }));
}

/** Opens a vault: deposits whole tokens by asset id, then borrows whole units of the debt asset. */
export async function openVault(
  deployment: Deployment,
  owner: Signer,
  index: bigint,
  collateral: Readonly<Record<number, string>>,
  debt: string,
): Promise<VaultKey> {
  const { vaultEngine: engine, tokens } = connect(deployment, owner);
  const me = await owner.getAddress();
  const key = vaultKey(me, index);
  for (const [id, whole] of Object.entries(collateral)) {
    const token = tokens[Number(id)];
    const amount = parseUnits(whole, deployment.assets[Number(id)]?.decimals ?? 18);
    if (token === undefined) throw new Error(`no asset ${id}`);
    await mined(token.mint(me, amount));
    await mined(token.approve(await engine.getAddress(), MaxUint256));
    await mined(engine.deposit(key, Number(id), amount));
  }
  // An estimate is made for the block before and may miss the interest of one second more.
  if (debt !== "0") await mined(engine.borrow(key, parseEther(debt), me, { gasLimit: 1_000_000n }));
  return key;
}

/** The asset's feed answers `price` from now on. */
export async function setPrice(
  deployment: Deployment,
  anyone: Signer,
  asset: number,
  price: string,
): Promise<void> {
  const feed = connect(deployment, anyone).feeds[asset];
  if (feed === undefined) throw new Error(`no asset ${asset}`);
  await mined(feed.setAnswer(parseUnits(price, deployment.assets[asset]?.primary.decimals ?? 8)));
}

/** Gives `holder` whole units of the debt asset. */
export async function fund(deployment: Deployment, holder: Signer, whole: string): Promise<void> {
  const { debtToken } = connect(deployment, holder);
  await mined(debtToken.mint(await holder.getAddress(), parseEther(whole)));
}

/** The health factor of a vault as the lens sees it [WAD]. */
export async function healthOf({ vaultLens: lens }: Client, key: VaultKey): Promise<bigint> {
  const [health] = await lens.health([key]);
  if (health === undefined) throw new Error(`the lens left out ${key}`);
  return health.healthFactor;
}
