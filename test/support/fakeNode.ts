import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

import type { ChainNode } from "./process.js";

/** Answers by method. A method without an answer gets the JSON-RPC error -32601. */
export type Answers = Readonly<Record<string, unknown>>;

/**
 * Starts an HTTP server that answers JSON-RPC from a list. `raw` answers instead if given. With
 * `raw` null the server never answers.
 */
export async function startFakeNode(
  answers: Answers,
  raw?: ((response: ServerResponse) => void) | null,
): Promise<ChainNode> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      if (raw === null) return;
      if (raw !== undefined) {
        raw(response);
        return;
      }
      const { id, method } = JSON.parse(body) as { id: number; method: string };
      const answer =
        method in answers ? { result: answers[method] } : { error: { code: -32601, message: "no" } };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
