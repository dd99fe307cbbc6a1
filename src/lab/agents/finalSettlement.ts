import type { AgentContext, AgentOperation } from "./agentContext.js";

/**
 * The last block: owners claim what auctions left them, keepers their tips, and the backstop collects its share of interest. It
 * moves nothing between them and anybody else.
 */
export function* finalSettlement({ world }: AgentContext): Generator<AgentOperation, void> {
  for (const { id } of world.client.deployment.assets) yield { kind: "claim", asset: id };
  yield { kind: "claimTips" };
  yield { kind: "payBackstop" };
}
