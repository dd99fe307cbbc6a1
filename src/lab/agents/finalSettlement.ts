import type { AgentContext, AgentOperation } from "./agentContext.js";

/**
 * The last block: owners claim collateral that auctions left, absorbers collect their tips, and the
 * backstop collects its share of interest. No value passes from one party to another, because each
 * collects only its own.
 */
export function* finalSettlement({ world }: AgentContext): Generator<AgentOperation, void> {
  for (const { id } of world.client.deployment.assets) yield { kind: "claim", asset: id };
  yield { kind: "claimTips" };
  yield { kind: "payBackstop" };
}
