import {
  type ArtifactResolver,
  deploy,
  type DeploymentResult,
  DeploymentResultType,
  type EIP1193Provider,
  FutureType,
} from "@nomicfoundation/ignition-core";
import { formatEther } from "ethers";

import {
  deploymentPath,
  readDeployment,
  type Deployment,
  writeDeployment,
} from "../src/protocol/deployments.js";
import { ParameterError, type SystemParameters } from "../src/protocol/parameters/convert.js";
import { type AssetPrice, changedContracts, priceWarnings, pricesOf } from "./afterwards.js";
import { DeployError } from "./errors.js";
import { type Entry, Journal, type Origin } from "./journal.js";
import { codeHashes, type Eip1193, resolveDecimals } from "./onChain.js";
import { preflight } from "./preflight.js";
import { recordOf } from "./record.js";
import { hasSent, settle } from "./resume.js";
import { systemModule } from "./System.js";

/** The parameters, the chain and the directory of a deployment. */
export interface DeployRequest {
  readonly parameters: SystemParameters;
  readonly node: Eip1193;
  readonly artifacts: ArtifactResolver;
  readonly chain: { readonly chainId: number; readonly genesisHash: string };
  /**
   * Whether the chain is disposable, so that a journal may belong to an earlier chain of the same
   * id.
   */
  readonly development: boolean;
  /** Directory of the records; the journal lives below it. */
  readonly deployments: string;
  /** Receives the messages of a run, one line for people each. */
  readonly note: (line: string) => void;
}

/** A finished deployment. `sent`: whether this run did anything. */
export interface Deployed {
  readonly deployment: Deployment;
  readonly path: string;
  /** By asset id. */
  readonly prices: readonly AssetPrice[];
  readonly sent: boolean;
}

/**
 * Deploys the system. A second run does nothing, and a run after an interruption resumes. Throws a
 * `ParameterError` if the parameters do not fit the chain or an earlier deployment, and a
 * `DeployError` if a transaction fails.
 */
export async function deployPersisted(request: DeployRequest): Promise<Deployed> {
  const { parameters, node, chain, development, deployments, note } = request;
  const journal = new Journal(deployments, chain.chainId);
  let origin = await journal.origin();
  if (development) {
    const why = await staleReason(origin, journal, request);
    if (why !== null) {
      await journal.remove();
      origin = null;
      note(`stale journal removed, deploying afresh: ${why}`);
    }
  }
  if (origin !== null && origin.codeHashes === undefined) {
    await settle(journal, node);
    // A journal without a sent transaction is removed, so that other parameters may be deployed.
    if (!(await hasSent(journal))) {
      await journal.remove();
      origin = null;
    }
  }
  if (origin === null) {
    if ((await journal.length()) > 0)
      throw new DeployError(
        `journal: ${journal.directory}: does not say what it is of; move it away to deploy afresh`,
      );
    await refuseUnknownRecord(request);
  } else requireSame(origin.parameters, parameters, "");

  const decimals = await resolveDecimals(parameters, node);
  const accounts = (await node.request({ method: "eth_accounts" })) as string[];
  const [deployer] = accounts;
  if (deployer === undefined) throw new DeployError("deployer: the network has no account to deploy with");
  const finished = origin?.codeHashes !== undefined;
  if (!finished) {
    for (const line of await preflight(parameters, decimals, node)) note(line);
    await requireEther(node, deployer, chain.chainId);
  }
  const changed = await changedContracts(journal, request.artifacts);
  if (changed.length > 0) {
    const what = `contracts: ${changed.join(", ")}: changed since this deployment began`;
    const instead = "deploy a second system with another --deployments";
    if (!finished) throw new DeployError(`${what}: check out what it began with, or ${instead}`);
    note(`WARNING: ${what}: what is deployed stays as it is; to have the new ones, ${instead}`);
  }
  if (origin === null) {
    const block = Number(await node.request({ method: "eth_blockNumber" }));
    origin = { ...chain, block, parameters: toJson(parameters) };
    await journal.write(origin);
  } else if (!finished) {
    note("resuming an interrupted deployment");
  }

  const before = await journal.length();
  const module = systemModule(parameters, decimals, deployer, { poked: true });
  const result = await deploy({
    config: development
      ? { requiredConfirmations: 1, blockPollingInterval: 25, retryInterval: 100 }
      : { requiredConfirmations: 2 },
    artifactResolver: request.artifacts,
    provider: { request: told(node, stepsLeft(module, await journal.entries()), note) },
    deploymentDir: journal.ignition,
    ignitionModule: module,
    deploymentParameters: {},
    accounts,
  }).catch(async (error: unknown) => {
    throw await explained(error, node, deployer);
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT)
    throw new DeployError(failureOf(result, journal));

  const addresses: Record<string, string> = {};
  for (const [name, future] of Object.entries(module.results)) {
    const address = result.contracts[future.id]?.address;
    if (address !== undefined) addresses[name] = address;
  }
  if (origin.codeHashes === undefined) {
    const hashes = await codeHashes(node, Object.values(addresses));
    const found = [...hashes].flatMap(([address, hash]) => (hash === null ? [] : [[address, hash] as const]));
    await journal.write({ ...origin, codeHashes: Object.fromEntries(found) });
  }
  const deployment = recordOf({ ...chain, block: origin.block }, parameters, decimals, addresses);
  const path = await writeDeployment(deployments, deployment);
  const prices = await pricesOf(deployment, node);
  for (const warning of await priceWarnings(deployment, prices, node)) note(warning);
  return { deployment, path, prices, sent: (await journal.length()) !== before };
}

/** Number of transactions that a module has yet to send, by its journal. */
function stepsLeft(module: ReturnType<typeof systemModule>, entries: readonly Entry[]): number {
  const sending = [...module.futures].filter(
    ({ type }) => type === FutureType.NAMED_ARTIFACT_CONTRACT_DEPLOYMENT || type === FutureType.CONTRACT_CALL,
  );
  const sent = new Set(entries.filter(({ type }) => type === "TRANSACTION_SEND").map((e) => e.futureId));
  return sending.filter(({ id }) => !sent.has(id)).length;
}

/** The requests of `node`, with a message for each of `count` transactions that it accepts. */
function told(node: Eip1193, count: number, note: DeployRequest["note"]): EIP1193Provider["request"] {
  let sent = 0;
  return async ({ method, params }) => {
    const answer = await node.request({ method, params: params as unknown[] });
    if (method === "eth_sendTransaction" || method === "eth_sendRawTransaction")
      note(`transaction ${++sent} of ${count}: ${String(answer)}`);
    return answer;
  };
}

/** Throws a `DeployError` if the account that deploys cannot pay for gas. */
async function requireEther(node: Eip1193, deployer: string, chainId: number): Promise<void> {
  const balance = BigInt(
    String(await node.request({ method: "eth_getBalance", params: [deployer, "latest"] })),
  );
  if (balance === 0n)
    throw new DeployError(
      `deployer: ${deployer}: holds 0 ether on chain ${chainId}: must hold enough for the gas of a deployment`,
    );
}

/** An error of Ignition in the words of the command: a lack of ether is named as such. */
async function explained(error: unknown, node: Eip1193, deployer: string): Promise<unknown> {
  const text = error instanceof Error ? error.message : String(error);
  if (!/insufficient funds|enough funds|insufficient balance|INSUFFICIENT_FUNDS|out of gas/i.test(text))
    return error;
  const balance = String(await node.request({ method: "eth_getBalance", params: [deployer, "latest"] }));
  return new DeployError(
    `deployer: ${deployer}: holds ${formatEther(balance)} ether, too little for the gas of what is left: must hold more; then run the same command again to resume`,
  );
}

/**
 * The reason for which a journal belongs to another chain; null if it belongs to this one or does
 * not exist.
 */
async function staleReason(
  origin: Origin | null,
  journal: Journal,
  request: DeployRequest,
): Promise<string | null> {
  const { chain, node } = request;
  if (origin === null) return (await journal.length()) === 0 ? null : "it does not say which chain it is of";
  if (origin.genesisHash !== chain.genesisHash) {
    return `genesis hash: ${origin.genesisHash}: this chain's is ${chain.genesisHash}`;
  }
  const expected =
    origin.codeHashes ?? Object.fromEntries(Object.values(await journal.deployed()).map((a) => [a, ""]));
  for (const [address, hash] of await codeHashes(node, Object.keys(expected))) {
    if (hash === null) return `code at ${address}: there is none on this chain`;
    if (expected[address] !== "" && expected[address] !== hash)
      return `code at ${address}: it is another contract's`;
  }
  return null;
}

/**
 * Throws a `ParameterError` if a record exists without its journal, because a new deployment would
 * overwrite it. The record of a development chain may be overwritten.
 */
async function refuseUnknownRecord({ deployments, chain, development, note }: DeployRequest): Promise<void> {
  const record = await readDeployment(deployments, chain.chainId).catch(() => null);
  if (record === null) return;
  const path = deploymentPath(deployments, chain.chainId);
  if (!development) {
    throw new ParameterError(
      `${path}: exists, but its journal does not; move it away to deploy a second system`,
    );
  }
  if (record.genesisHash === chain.genesisHash) note(`${path} has no journal: deploying afresh`);
}

/**
 * Throws a `ParameterError` for the first value that differs from those the deployment began with.
 */
function requireSame(before: unknown, now: unknown, path: string): void {
  if (isObject(before) && isObject(now)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const name = Array.isArray(now) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      requireSame(before[key], now[key], name);
    }
  } else if (before !== now) {
    const shown = (value: unknown): string => (value === undefined ? "missing" : JSON.stringify(value));
    throw new ParameterError(
      `${path}: ${shown(now)}: is deployed as ${shown(before)}; restore it, or deploy a second system with another --deployments`,
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function toJson(parameters: SystemParameters): Origin["parameters"] {
  return JSON.parse(JSON.stringify(parameters)) as Origin["parameters"];
}

/** The failure of a deployment, in one line. */
function failureOf(
  result: Exclude<DeploymentResult, { type: DeploymentResultType.SUCCESSFUL_DEPLOYMENT }>,
  journal: Journal,
): string {
  if (result.type === DeploymentResultType.EXECUTION_ERROR) {
    const failed = result.failed.map((f) => `${f.futureId}: ${f.error}`);
    const waiting = result.timedOut.map((f) => `${f.futureId}: its transaction was not mined in time`);
    return flat(`deployment: ${[...failed, ...waiting].join("; ")}; run the command again to resume`);
  }
  const [future, problems] = Object.entries(result.errors)[0] ?? ["", []];
  const hint =
    result.type === DeploymentResultType.VALIDATION_ERROR
      ? ""
      : `; to deploy afresh, move ${journal.ignition} away`;
  return flat(`deployment: ${future}: ${problems.join("; ")}${hint}`);
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
