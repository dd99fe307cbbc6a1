import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { ArtifactResolver } from "@nomicfoundation/ignition-core";
import { formatUnits } from "ethers";

import { OracleGuard__factory } from "../types/index.js";
import type { Deployment } from "../src/protocol/deployments.js";
import type { Journal } from "./journal.js";
import type { Eip1193 } from "./onChain.js";
import { latestAnswer } from "./preflight.js";

const STATUS = ["good", "doubtful", "dead"] as const;
const PRICE_ONE = 10n ** 36n;

/** An asset's price in the debt asset as text, and its status. */
export interface AssetPrice {
  readonly symbol: string;
  readonly price: string;
  readonly status: (typeof STATUS)[number];
}

/** Prices of all assets, as the deployed guard reports them. */
export async function pricesOf(d: Deployment, node: Eip1193): Promise<AssetPrice[]> {
  const guard = OracleGuard__factory.createInterface();
  const prices: AssetPrice[] = [];
  for (const { id, symbol, decimals } of d.assets) {
    const data = guard.encodeFunctionData("price", [id]);
    const answer = String(
      await node.request({ method: "eth_call", params: [{ to: d.contracts.oracle, data }, "latest"] }),
    );
    const [{ liquidation, status }] = guard.decodeFunctionResult("price", answer) as unknown as [
      { liquidation: bigint; status: bigint },
    ];
    const whole = (liquidation * 10n ** BigInt(decimals)) / PRICE_ONE;
    prices.push({
      symbol,
      price: `${formatUnits(whole, d.debtAsset.decimals)} ${d.debtAsset.symbol}`,
      status: STATUS[Number(status)] ?? "dead",
    });
  }
  return prices;
}

/** Warnings about prices that are not Good, each with the sources that do not answer. */
export async function priceWarnings(
  d: Deployment,
  prices: readonly AssetPrice[],
  node: Eip1193,
): Promise<string[]> {
  const warnings: string[] = [];
  for (const [i, { symbol, price, status }] of prices.entries()) {
    if (status === "good") continue;
    const asset = d.assets[i];
    const silent: string[] = [];
    for (const key of ["primary", "secondary"] as const) {
      const feed = asset?.[key]?.feed;
      if (feed !== undefined && (await latestAnswer(node, feed)) === null)
        silent.push(`its ${key} source ${feed} does not answer`);
    }
    const why =
      silent.length === 0 ? "a source is late, out of its bounds or contradicted" : silent.join(", ");
    warnings.push(
      `WARNING: ${symbol}: ${price}, ${status}: ${why}; nothing new can be borrowed on it until that ends`,
    );
  }
  return warnings;
}

/** Names of the contracts whose code differs now from the code that the journal deployed. */
export async function changedContracts(journal: Journal, artifacts: ArtifactResolver): Promise<string[]> {
  const changed = new Set<string>();
  for (const { type, artifactId, contractName } of await journal.entries()) {
    if (
      type !== "DEPLOYMENT_EXECUTION_STATE_INITIALIZE" ||
      artifactId === undefined ||
      contractName === undefined
    )
      continue;
    const stored = await readFile(join(journal.ignition, "artifacts", `${artifactId}.json`), "utf8").catch(
      () => null,
    );
    if (stored === null) continue;
    const { bytecode } = JSON.parse(stored) as { bytecode: string };
    const now = await artifacts.loadArtifact(contractName);
    if (withoutMetadata(bytecode) !== withoutMetadata(now.bytecode)) changed.add(contractName);
  }
  return [...changed].sort();
}

/** Creation code without solc's metadata, which changes with every comment. */
function withoutMetadata(code: string): string {
  const length = Number.parseInt(code.slice(-4), 16) * 2 + 4;
  return length < code.length ? code.slice(0, -length) : code;
}
