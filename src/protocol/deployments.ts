import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { type ModelTerms } from "../model/index.js";
import { describeIssue, type KnownDecimals, modelTerms } from "./parameters/convert.js";
import { parametersSchema } from "./parameters/schema.js";

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "must be a 20-byte hex address");
const hash = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "must be a 32-byte hex hash");
const decimals = z.int().min(0).max(36);
const feed = z.strictObject({ feed: address, decimals });

/**
 * Record of a deployment, `deployments/<chainId>.json`. The keeper and other tools read nothing
 * else about a deployment.
 */
export const deploymentSchema = z.strictObject({
  chainId: z.int().positive(),
  /** Hash of block 0. It tells apart two development chains on the same port. */
  genesisHash: hash,
  /** First block that may hold an event of this deployment. */
  block: z.int().nonnegative(),
  contracts: z.strictObject({
    manager: address,
    riskConfig: address,
    oracle: address,
    breaker: address,
    volatility: address,
    engine: address,
    pool: address,
    auctionHouse: address,
    backstop: address,
    lens: address,
  }),
  /** Present if deployed with the system. */
  executor: address.optional(),
  autopilot: address.optional(),
  debtAsset: z.strictObject({ symbol: z.string(), token: address, decimals, source: feed.optional() }),
  /** In the order of their ids. */
  assets: z.array(
    z.strictObject({
      id: z.int().min(0).max(63),
      symbol: z.string(),
      token: address,
      decimals,
      primary: feed,
      secondary: feed.optional(),
    }),
  ),
  /** Parameters that the system was deployed with. */
  parameters: parametersSchema,
});

/** One deployment, as recorded. */
export type Deployment = z.output<typeof deploymentSchema>;

/** A deployment record that is missing or unusable; the message is one line for people. */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
}

/** Path of a chain's record. */
export function deploymentPath(directory: string, chainId: number): string {
  return join(directory, `${chainId}.json`);
}

/** Reads a chain's record. Throws a `DeploymentError` if it is missing or invalid. */
export async function readDeployment(directory: string, chainId: number): Promise<Deployment> {
  const path = deploymentPath(directory, chainId);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    throw new DeploymentError(
      `deployment: ${path} is missing: run "npm run deploy" for chain ${chainId} first`,
    );
  }
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    throw new DeploymentError(`deployment: ${path} is not JSON: ${(error as Error).message}`);
  }
  const result = deploymentSchema.safeParse(input);
  if (!result.success)
    throw new DeploymentError(`deployment: ${path}: ${describeIssue(result.error, input)}`);
  if (result.data.chainId !== chainId) {
    throw new DeploymentError(`deployment: ${path}: chainId: ${result.data.chainId}: must be ${chainId}`);
  }
  return result.data;
}

/** Writes a chain's record, whole or not at all; returns its path. */
export async function writeDeployment(directory: string, deployment: Deployment): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = deploymentPath(directory, deployment.chainId);
  const partial = `${path}.partial`;
  await writeFile(partial, `${JSON.stringify(deployment, null, 2)}\n`);
  await rename(partial, path);
  return path;
}

/** The decimals of a deployment's tokens and feeds. */
export function decimalsOf(d: Deployment): KnownDecimals {
  return {
    debt: d.debtAsset.decimals,
    ...(d.debtAsset.source && { debtFeed: d.debtAsset.source.decimals }),
    assets: d.assets.map((a) => ({
      token: a.decimals,
      primary: a.primary.decimals,
      ...(a.secondary && { secondary: a.secondary.decimals }),
    })),
  };
}

/** Terms of a deployment for the model. */
export function termsOf(d: Deployment): ModelTerms {
  return modelTerms(d.parameters, decimalsOf(d));
}
