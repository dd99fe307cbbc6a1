import { endpointOf } from "./endpoint.js";
import { FetchRequest, JsonRpcProvider, Network, type Provider } from "ethers";

/** A provider that also sends requests for which ethers has no method. */
export type NodeProvider = Provider & { send(method: string, params: unknown[]): Promise<unknown> };

/** A request that a node did not answer in time. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * An ethers provider whose every request ends: with an answer, an error, or a `DeadlineError`. The
 * chain id is given, because the stock provider would ask a dead node for it for ever. It neither
 * caches nor retries.
 */
export class DeadlineProvider extends JsonRpcProvider {
  constructor(
    url: string,
    chainId: number,
    /** Longest time for one request [ms]. */
    private readonly deadline: number,
  ) {
    const endpoint = endpointOf(url);
    const request = new FetchRequest(endpoint.url);
    for (const [name, value] of Object.entries(endpoint.headers)) request.setHeader(name, value);
    request.timeout = deadline;
    request.setThrottleParams({ maxAttempts: 1 });
    const network = Network.from(chainId);
    super(request, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1 });
  }

  override async send(...[method, params]: Parameters<JsonRpcProvider["send"]>): Promise<unknown> {
    return await within<unknown>(super.send(method, params), this.deadline, method);
  }
}

/**
 * The result of `promise`, or a `DeadlineError` after `deadline` [ms]. A later result is ignored.
 * @param what name of the request in the error's message
 */
export async function within<T>(promise: Promise<T>, deadline: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new DeadlineError(`${what}: no answer within ${deadline / 1_000} s`)),
      deadline,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
