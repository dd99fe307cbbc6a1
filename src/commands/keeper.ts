import { isAddress } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { amount, ChainError, CliError, httpUrl, integer } from "../cli/args.js";
import { quote, InputError } from "../format/inputError.js";
import { openDeployment } from "../cli/deployment.js";
import { isPrivateKey, namedNetwork, urlOf, variable } from "../cli/network.js";
import { isDevelopment, probe, requireChain } from "../cli/rpc.js";
import { type Main, stopSignal } from "../cli/run.js";
import { type Account, keyAccount, unlockedAccount } from "../keeper/chain/account.js";
import type { Executor } from "../keeper/chain/liquidationExecutor.js";
import { jsonLine, type KeeperEvent } from "../keeper/report/events.js";
import { REASONS, textLine } from "../keeper/report/formatEvent.js";
import type { Client } from "../protocol/client.js";
import { type Deployment, deploymentPath } from "../protocol/deployments.js";
import { DeadlineProvider } from "../protocol/provider.js";

/** `npm run keeper`. */
export const KEEPER = {
  usage: "npm run keeper -- --network localhost [options]",
  summary: "Watches every vault of a deployment and liquidates those whose health factor is below 1.",
  options: {
    network: { type: "string", value: "NAME", help: "network of hardhat.config.ts", default: "localhost" },
    deployments: {
      type: "string",
      value: "DIR",
      help: "where deployment records live",
      default: "deployments",
    },
    rpc: { type: "string", value: "URL", help: "node to use instead of the network's own" },
    once: { type: "boolean", help: "one pass at the newest block, then exit" },
    "dry-run": { type: "boolean", help: "decide and report, send nothing" },
    json: { type: "boolean", help: "one JSON object per line instead of text" },
    "min-profit": {
      type: "string",
      value: "N",
      help: "least profit, in whole units of the debt asset",
      default: "0",
    },
    ether: {
      type: "string",
      value: "N",
      help: "price of one ether in the debt asset, for gas, where no asset is called WETH; 0: gas is free",
    },
    executor: {
      type: "string",
      value: "ADDRESS",
      help: "contract to liquidate through; by default the deployment's, \"none\" for the account's own balance",
    },
    account: { type: "string", value: "N", help: "unlocked account, on development chains", default: "1" },
    "inclusion-blocks": {
      type: "string",
      value: "N",
      help: "blocks to wait for a transaction",
      default: "5",
    },
    "log-chunk": {
      type: "string",
      value: "N",
      help: "most blocks asked for events at once",
      default: "10000",
    },
  },
} as const;

/** Time limit for one request to the node [ms]. */
const REQUEST_DEADLINE = 20_000;

/** Time without blocks after which the keeper reports that it waits [ms]. */
const ALIVE = 60_000;
/** Ratio of the price of an ether to the price of a wei as the model scales it: 1e36 / 1e18. */
const WEI_SCALE = 10n ** 18n;

/** Runs the keeper for one pass, or until a signal stops it. */
export const keep: Main<typeof KEEPER> = async (options, io) => {
  const givenUrl = options.rpc === undefined ? undefined : httpUrl("--rpc", options.rpc);
  const accountNumber = integer("--account", options.account, 0, 1_000);
  const inclusionBlocks = integer("--inclusion-blocks", options["inclusion-blocks"], 1, 1_000);
  const logChunk = integer("--log-chunk", options["log-chunk"], 1, 1_000_000);
  amount("--min-profit", options["min-profit"], 36);
  if (options.ether !== undefined) amount("--ether", options.ether, 36);

  const { default: hre } = await import("hardhat");
  const network = namedNetwork(hre, options.network);
  const url = givenUrl ?? (await urlOf(network));
  const chain = await probe(url);
  if (network.chainIds.length > 0) requireChain(network.name, chain.chainId, network.chainIds);
  const deployment = await openDeployment(options.deployments, chain);
  const minProfit = amount("--min-profit", options["min-profit"], deployment.debtAsset.decimals);

  const weiPrice = weiPriceFrom(options.ether, deployment);
  // Loaded only now, because these imports need the contracts' types, which may have to be compiled
  // first.
  const { connect } = await import("../protocol/client.js");
  const { Keeper } = await import("../keeper/keeper.js");
  const provider = new DeadlineProvider(url, chain.chainId, REQUEST_DEADLINE);
  const client = connect(deployment, provider);
  const account = await openAccount(hre, provider, chain.chainId, accountNumber);
  const { firstDifference } = await import("../keeper/chain/deploymentCheck.js");
  const difference = await firstDifference(client, provider);
  if (difference !== null) {
    throw new InputError(`deployment: ${deploymentPath(options.deployments, chain.chainId)}: ${difference}`);
  }
  const executor = await findExecutor(client, provider, options.executor, account.address);
  let waiting = "";
  const emit = (event: KeeperEvent): void => {
    if (event.event === "accountBusy") waiting = `: ${textLine(event, deployment)}`;
    io.out(options.json ? jsonLine(event) : textLine(event, deployment));
  };
  const development = isDevelopment(chain.chainId);
  const settings = {
    ...(executor && { executor }),
    ...(weiPrice !== undefined && { weiPrice }),
    alive: ALIVE,
    dryRun: options["dry-run"],
    minProfit,
    logChunk,
    patience: {
      blocks: inclusionBlocks,
      stall: development ? 20_000 : 120_000,
      interval: development ? 100 : 2_000,
    },
  };
  emit({
    event: "start",
    network: network.name,
    chainId: chain.chainId,
    engine: deployment.contracts.engine,
    account: account.address,
    executor: executor?.address ?? null,
    dryRun: options["dry-run"],
    once: options.once,
  });
  const stopped = stopSignal();
  const keeper = new Keeper(client, provider, account, settings, emit);
  if (!options.once) {
    await keeper.run(stopped);
    return;
  }

  const { outcomes, left } = await keeper.pass(stopped);
  const failed = outcomes.find(({ status }) => status !== "done" && status !== "lost");
  if (failed !== undefined) {
    const why = failed.refusal === undefined ? "" : `: ${failed.refusal.error}`;
    throw new CliError(`${failed.kind}: ${failed.vault ?? account.address}: ${failed.status}${why}`);
  }
  const [first] = left;
  if (first !== undefined && !options["dry-run"]) {
    const others = left.size === 1 ? "" : ` and ${left.size - 1} more`;
    throw new CliError(`vault ${first[0]}${others}: left unhealthy: ${REASONS[first[1]]}${waiting}`);
  }
};

/**
 * Price of a wei [debt units, 1e36-scaled] given by the operator; undefined if an asset of the
 * system gives it.
 * Throws an `InputError` if neither gives it, because gas must not count as free by mistake.
 */
function weiPriceFrom(given: string | undefined, { debtAsset, assets }: Deployment): bigint | undefined {
  if (given !== undefined) return amount("--ether", given, debtAsset.decimals) * WEI_SCALE;
  if (assets.some(({ symbol, decimals }) => symbol === "WETH" && decimals === 18)) return undefined;
  throw new InputError(
    `--ether: missing: no asset is called WETH, so nothing tells what gas costs: must be the price of one ether in ${debtAsset.symbol}, or 0 to count gas as free`,
  );
}

/** The executor given by option, otherwise that of the deployment; undefined if there is none. */
async function findExecutor(
  client: Client,
  provider: DeadlineProvider,
  asked: string | undefined,
  account: string,
): Promise<Executor | undefined> {
  const address = asked ?? client.deployment.executor;
  if (address === undefined || address === "none") return undefined;
  if (!isAddress(address))
    throw new InputError(`--executor: ${quote(address)}: must be an address or "none"`);
  const { ExecutorError, openExecutor } = await import("../keeper/chain/liquidationExecutor.js");
  try {
    return await openExecutor(client, provider, address, account);
  } catch (error) {
    if (error instanceof ExecutorError)
      throw new InputError(`--executor: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * The sender: an account of the node on development chains, the holder of KEEPER_PRIVATE_KEY
 * elsewhere.
 */
async function openAccount(
  hre: HardhatRuntimeEnvironment,
  provider: DeadlineProvider,
  chainId: number,
  number: number,
): Promise<Account> {
  if (!isDevelopment(chainId)) {
    const key = await variable(hre, "KEEPER_PRIVATE_KEY");
    if (!isPrivateKey(key))
      throw new InputError("KEEPER_PRIVATE_KEY: (not shown): must be a private key of 32 bytes in hex");
    return keyAccount(provider, chainId, key);
  }
  const accounts = (await provider.send("eth_accounts", [])) as string[];
  const address = accounts[number];
  if (address === undefined) {
    const most = accounts.length - 1;
    if (most < 0) throw new ChainError("eth_accounts: empty: the node must have unlocked accounts");
    throw new InputError(
      `--account: ${number}: must be an integer from 0 to ${most}, the accounts of the node`,
    );
  }
  return unlockedAccount(provider, address);
}
