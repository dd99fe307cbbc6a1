import type { AgentContext, AgentOperation } from "./agentContext.js";

/** Trades with each pool until it stands at the market price. */
export function* arbitrageur({ marketPrices }: AgentContext): Generator<AgentOperation, void> {
  for (const [asset, price] of marketPrices.entries()) yield { kind: "arbitrage", asset, price };
}
