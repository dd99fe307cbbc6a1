import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { HttpNetworkConfig, ResolvedConfigurationVariable } from "hardhat/types/config";

import { oneOf } from "./args.js";
import { InputError } from "../format/inputError.js";
import { DEVELOPMENT_CHAINS } from "./rpc.js";

/** A network of the Hardhat configuration that commands accept. */
export interface NamedNetwork {
  readonly name: string;
  readonly config: HttpNetworkConfig;
  /** Chain ids that the network may have. Empty allows any. */
  readonly chainIds: readonly number[];
}

/** The network called `name` in the configuration. Throws an `InputError` if there is none. */
export function namedNetwork(hre: HardhatRuntimeEnvironment, name: string): NamedNetwork {
  const http = Object.entries(hre.config.networks).flatMap(([key, config]) =>
    config.type === "http" ? [[key, config] as const] : [],
  );
  oneOf(
    "--network",
    name,
    http.map(([key]) => key),
  );
  const config = http.find(([key]) => key === name)?.[1];
  if (config === undefined)
    throw new InputError(`--network: ${name}: must be a network of the configuration`);
  const { chainId } = config;
  return {
    name,
    config,
    chainIds: chainId !== undefined ? [chainId] : name === "localhost" ? DEVELOPMENT_CHAINS : [],
  };
}

/**
 * The URL of a network's node. Throws an `InputError` if it comes from a variable that is not set.
 */
export async function urlOf(network: NamedNetwork): Promise<string> {
  return await valueOf(network.config.url, (variable) => variable.getUrl());
}

/**
 * Throws an `InputError` unless the network's own accounts can be used: keys are present and have
 * 32 bytes each.
 */
export async function requireKeys(network: NamedNetwork): Promise<void> {
  const { accounts } = network.config;
  if (!Array.isArray(accounts)) return;
  for (const account of accounts) {
    const key = await valueOf(account, (variable) => variable.getHexString());
    if (!isPrivateKey(key))
      throw new InputError(`${nameOf(account)}: (not shown): must be a private key of 32 bytes in hex`);
  }
}

/**
 * The value of a configuration variable, from the keystore or the environment. Throws an
 * `InputError` if it is not set.
 */
export async function variable(hre: HardhatRuntimeEnvironment, name: string): Promise<string> {
  const given = process.env[name];
  if (!process.stdin.isTTY && given !== undefined && given !== "") return given;
  requireAsker(name);
  try {
    return await hre.hooks.runHandlerChain(
      "configurationVariables",
      "fetchValue",
      [{ _type: "ConfigurationVariable", name }],
      (_context, { name: wanted }) => {
        const value = process.env[wanted];
        return value === undefined || value === ""
          ? Promise.reject(new Error("not set"))
          : Promise.resolve(value);
      },
    );
  } catch (error) {
    throw missing(name, error);
  }
}

/** Whether `text` is a private key: 32 bytes in hex. */
export function isPrivateKey(text: string): boolean {
  return /^0x[0-9a-fA-F]{64}$/.test(text);
}

async function valueOf(
  source: ResolvedConfigurationVariable,
  read: (source: ResolvedConfigurationVariable) => Promise<string>,
): Promise<string> {
  requireAsker(nameOf(source));
  let value: string;
  try {
    value = (await source.get()) === "" ? "" : await read(source);
  } catch (error) {
    throw missing(nameOf(source), error);
  }
  if (value === "") throw missing(nameOf(source), undefined);
  return value;
}

/** The name of a variable. The type of the variable hides it. */
function nameOf(source: ResolvedConfigurationVariable): string {
  const { name } = source as { name?: unknown };
  return typeof name === "string" ? name : "configuration variable";
}

/**
 * Throws an `InputError` if only the keystore could have the variable but there is no terminal to
 * ask for its password. Otherwise the command would wait for an answer forever.
 */
function requireAsker(name: string): void {
  if (process.stdin.isTTY || !/^[A-Z_0-9]+$/.test(name)) return;
  if ((process.env[name] ?? "") === "") throw missing(name, undefined);
}

function missing(name: string, cause: unknown): InputError {
  return new InputError(
    `${name}: missing or unusable: set it in the environment or with "npx hardhat keystore set ${name}"${process.stdin.isTTY ? "" : ", which asks for its password: on a terminal only"}`,
    { cause },
  );
}
