import { endpointOf, redactUrl } from "../protocol/endpoint.js";
import { ChainError } from "./args.js";

/** Ids of development chains. Only these get mocks, unlocked accounts and genesis checks. */
export const DEVELOPMENT_CHAINS: readonly number[] = [31337, 1337];

/** Time limit for the first answer of a node to a command [ms]. */
export const PROBE_DEADLINE = 5_000;

/** The identity of a node's chain. */
export interface ChainProbe {
  readonly chainId: number;
  /** Hash of block 0. */
  readonly genesisHash: string;
}

export function isDevelopment(chainId: number): boolean {
  return DEVELOPMENT_CHAINS.includes(chainId);
}

/**
 * Asks the node at `url` which chain it serves, within `deadline` [ms] for all requests.
 * Throws a `ChainError` if the node does not answer, or does not answer in JSON-RPC.
 */
export async function probe(url: string, deadline = PROBE_DEADLINE): Promise<ChainProbe> {
  const signal = AbortSignal.timeout(deadline);
  const chainId = Number(await ask(url, "eth_chainId", [], signal, deadline));
  if (!Number.isSafeInteger(chainId) || chainId <= 0) {
    throw new ChainError(`rpc: ${redactUrl(url)}: its chain id must be a positive integer`);
  }
  const genesis = await ask(url, "eth_getBlockByNumber", ["0x0", false], signal, deadline);
  const genesisHash = (genesis as { hash?: unknown } | null)?.hash;
  if (typeof genesisHash !== "string") {
    throw new ChainError(`rpc: ${redactUrl(url)}: must serve block 0, which tells this chain from others`);
  }
  return { chainId, genesisHash };
}

/** Throws a `ChainError` unless `chainId` is one of the ids `allowed` for `network`. */
export function requireChain(network: string, chainId: number, allowed: readonly number[]): void {
  if (allowed.includes(chainId)) return;
  throw new ChainError(`chain id: ${chainId}: must be ${allowed.join(" or ")} for network ${network}`);
}

/**
 * Sends one JSON-RPC request by plain fetch. Throws a `ChainError` if `signal` is aborted or the
 * answer is an error.
 */
async function ask(
  url: string,
  method: string,
  params: readonly unknown[],
  signal: AbortSignal,
  deadline: number,
): Promise<unknown> {
  const endpoint = endpointOf(url);
  let answer: unknown;
  try {
    const response = await fetch(endpoint.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...endpoint.headers },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal,
    });
    answer = await response.json();
  } catch (error) {
    const why = signal.aborted ? `no answer within ${deadline / 1_000} s` : reasonOf(error);
    throw new ChainError(`rpc: ${redactUrl(url)}: ${why}; must be a reachable JSON-RPC node`, {
      cause: error,
    });
  }
  if (typeof answer !== "object" || answer === null || !("result" in answer)) {
    throw new ChainError(`rpc: ${redactUrl(url)}: refused ${method}; must be a reachable JSON-RPC node`);
  }
  return answer.result;
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return "answered something else than JSON";
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return typeof cause?.code === "string" ? `not reachable (${cause.code})` : "not reachable";
}
