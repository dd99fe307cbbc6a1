import { access, constants, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { DeployError } from "../../deploy/errors.js";
import { Journal } from "../../deploy/journal.js";
import type { Deployed } from "../../deploy/persisted.js";
import { CliError, httpUrl } from "../cli/args.js";
import { quote, InputError } from "../format/inputError.js";
import { namedNetwork, requireKeys, urlOf } from "../cli/network.js";
import { isDevelopment, probe, requireChain } from "../cli/rpc.js";
import { type Io, type Main, oneLine, onInterrupt } from "../cli/run.js";
import { table } from "../format/table.js";
import { endpointOf } from "../protocol/endpoint.js";
import {
  mocksIn,
  ParameterError,
  parseParameters,
  type SystemParameters,
} from "../protocol/parameters/convert.js";

/** `npm run deploy`. */
export const DEPLOY = {
  usage: "npm run deploy -- --network localhost [options]",
  summary: "Deploys the whole system; a second run does nothing, a run after an interruption resumes.",
  options: {
    network: { type: "string", value: "NAME", help: "network of hardhat.config.ts", default: "localhost" },
    parameters: {
      type: "string",
      value: "FILE",
      help: "what to deploy; by default deploy/parameters/NAME.json",
    },
    deployments: {
      type: "string",
      value: "DIR",
      help: "where records and journals live",
      default: "deployments",
    },
    rpc: { type: "string", value: "URL", help: "node to use instead of the network's own" },
    json: { type: "boolean", help: "print the record instead of a table" },
  },
} as const;

/** Deploys to the given network, or reports that the deployment is complete already. */
export const deploy: Main<typeof DEPLOY> = async (options, io) => {
  const givenUrl = options.rpc === undefined ? undefined : httpUrl("--rpc", options.rpc);
  if (options.parameters !== undefined) await readParameters(options.parameters);
  const { default: hre } = await import("hardhat");
  const network = namedNetwork(hre, options.network);
  const url = givenUrl ?? (await urlOf(network));
  const chain = await probe(url);
  if (network.chainIds.length > 0) requireChain(network.name, chain.chainId, network.chainIds);
  const development = isDevelopment(chain.chainId);

  const file = options.parameters ?? join("deploy", "parameters", `${network.name}.json`);
  const parameters = await readParameters(file);
  const mock = mocksIn(parameters)[0];
  if (mock !== undefined && !development) {
    throw new InputError(
      `${file}: ${mock}: is a mock: must be an address on chain ${chain.chainId}, which is live`,
    );
  }
  await requireKeys(network);
  await requireWritable(options.deployments);

  // Loaded only now, because these imports need the contracts, which may have to be compiled first.
  const { deployPersisted } = await import("../../deploy/persisted.js");
  const { HardhatArtifactResolver } = await import("@nomicfoundation/hardhat-ignition/helpers");
  const { url: bare, headers } = endpointOf(url);
  const connection = await hre.network.create({
    network: network.name,
    override: { url: bare, httpHeaders: { ...headers }, timeout: 30_000 },
  });
  const note = options.json ? io.note : io.out;
  const journal = new Journal(options.deployments, chain.chainId);
  const interrupted = onInterrupt(
    io.note,
    () => `interrupted: ${journal.progress()}; run the same command again to resume`,
  );
  let deployed: Deployed;
  try {
    deployed = await deployPersisted({
      parameters,
      node: connection.provider,
      artifacts: new HardhatArtifactResolver(hre.artifacts),
      chain,
      development,
      deployments: options.deployments,
      note,
    });
  } catch (error) {
    if (error instanceof ParameterError) throw new InputError(`${file}: ${error.message}`, { cause: error });
    if (error instanceof DeployError) throw new CliError(error.message);
    throw new CliError(
      `deployment: ${oneLine(error)} (${journal.progress()}; run the same command again to resume)`,
      undefined,
      { cause: error },
    );
  } finally {
    interrupted();
    await connection.close();
  }
  if (options.json) io.out(JSON.stringify(deployed.deployment, null, 2));
  else print(deployed, io);
};

async function requireWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new InputError(`--deployments: ${quote(directory)}: must be a directory that can be written`, {
      cause: error,
    });
  }
}

async function readParameters(file: string): Promise<SystemParameters> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new InputError(`--parameters: ${file}: must be a readable file`, { cause: error });
  }
  try {
    return parseParameters(JSON.parse(text));
  } catch (error) {
    if (error instanceof ParameterError) throw new InputError(`${file}: ${error.message}`, { cause: error });
    throw new InputError(`${file}: must be JSON: ${(error as Error).message.split("\n", 1)[0]}`, {
      cause: error,
    });
  }
}

function print({ deployment, path, prices, sent }: Deployed, { out, tint }: Io): void {
  const { contracts, debtAsset, assets } = deployment;
  const rows = [
    ...Object.entries(contracts),
    ...(deployment.executor === undefined ? [] : [["executor", deployment.executor]]),
    ...(deployment.autopilot === undefined ? [] : [["autopilot", deployment.autopilot]]),
    [`${debtAsset.symbol} (debt asset)`, debtAsset.token],
    ...(debtAsset.source ? [[`${debtAsset.symbol} feed`, debtAsset.source.feed]] : []),
    ...assets.flatMap((a) => [
      [a.symbol, a.token],
      [`${a.symbol} feed`, a.primary.feed],
      ...(a.secondary ? [[`${a.symbol} second feed`, a.secondary.feed]] : []),
    ]),
  ];
  for (const { symbol, price, status } of prices)
    out(`${symbol}: ${price}, ${status === "good" ? status : tint.bad(status)}`);
  out(table([{ heading: "contract" }, { heading: "address" }], rows, tint));
  const state = sent ? tint.good("deployed") : "already deployed";
  out(`${state}: chain ${deployment.chainId}, from block ${deployment.block}, record ${path}`);
}
