import type { AgentContext } from "../agents/agentContext.js";
import type { Receipt } from "../system/labChain.js";
import type { LabWorld } from "../system/world.js";
import { CALL_GAS, type Pending } from "./calls.js";

const ORACLE_CALL_GAS = 200_000n;

/** A new answer of an asset's feed [feed units]. The model takes it once it is mined. */
export function answerFeed(
  { actors, client, histories, model }: LabWorld,
  context: AgentContext,
  { asset, answer }: { readonly asset: number; readonly answer: bigint },
): Pending {
  const feed = client.feeds[asset];
  if (feed === undefined) throw new RangeError(`no feed for asset ${asset}`);
  const to = client.deployment.assets[asset]?.primary.feed ?? "";
  const data = feed.interface.encodeFunctionData("setAnswer", [answer]);
  return {
    calls: [{ from: actors.oracle, to, data, gas: ORACLE_CALL_GAS }],
    affectedVaults: [],
    eventOf: ([receipt]) => {
      requireMined(receipt, context);
      const updatedAt = BigInt(context.time);
      model.oracleGuard.setFeed(asset, { answer, updatedAt });
      histories[asset]?.add(answer, updatedAt);
      return null;
    },
  };
}

/** A trade that brings the pool of an asset to `price` [WAD]. Null if the pool stands there. */
export function arbitrage(
  { actors, uniswapPools, routerAddress }: LabWorld,
  context: AgentContext,
  { asset, price }: { readonly asset: number; readonly price: bigint },
): Pending | null {
  const from = actors.arbitrageur;
  const data = uniswapPools[asset]?.arbitrageCall(price, from) ?? null;
  if (data === null) return null;
  return {
    calls: [{ from, to: routerAddress, data, gas: CALL_GAS.swap }],
    affectedVaults: [],
    eventOf: ([receipt]) => {
      requireMined(receipt, context);
      return { kind: "arbitraged", moment: context, asset, receipt };
    },
  };
}

function requireMined(receipt: Receipt | undefined, { block }: AgentContext): asserts receipt is Receipt {
  if (receipt?.ok !== true) throw new Error(`block ${block}: oracle or arbitrage failed`);
}
