import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server } from "node:http";

import { httpUrl } from "../../../src/cli/args.js";
import { probe } from "../../../src/cli/rpc.js";
import { oneLine } from "../../../src/cli/run.js";
import { endpointOf } from "../../../src/protocol/endpoint.js";
import { DeadlineProvider } from "../../../src/protocol/provider.js";

const GENESIS = `0x${"11".repeat(32)}`;

describe("a node behind user and password", () => {
  let server: Server;
  let host: string;

  before(async () => {
    const wanted = `Basic ${Buffer.from("user:p@ss").toString("base64")}`;
    server = createServer((request, response) => {
      if (request.headers.authorization !== wanted) {
        response.writeHead(401).end("who?");
        return;
      }
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => {
        const { id, method } = JSON.parse(body) as { id: number; method: string };
        const result =
          method === "eth_chainId" ? "0x7a69" : method === "eth_blockNumber" ? "0x5" : { hash: GENESIS };
        response
          .setHeader("content-type", "application/json")
          .end(JSON.stringify({ jsonrpc: "2.0", id, result }));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("no port");
    host = `127.0.0.1:${address.port}`;
  });
  after(async () => {
    server.close();
    await once(server, "close");
  });

  it("is asked with both in a header", async () => {
    const url = `http://user:p%40ss@${host}`;
    expect(await probe(url)).to.deep.equal({ chainId: 31337, genesisHash: GENESIS });
    const provider = new DeadlineProvider(url, 31337, 5_000);
    expect(await provider.getBlockNumber()).to.equal(5);
    provider.destroy();
    expect(endpointOf(`http://${host}/path`)).to.deep.equal({ url: `http://${host}/path`, headers: {} });
  });

  it("is never shown with its password, by no message", async () => {
    const url = `http://user:secret@${host}/v3/KEY`;
    const refused: unknown = await probe(url).catch((error: unknown) => error);
    expect(oneLine(refused)).to.not.match(/secret|KEY|user/);
    expect(oneLine(new Error(`could not fetch ${url}\nat line 2`))).to.equal(
      `could not fetch http://${host}/... at line 2`,
    );
    expect(() => httpUrl("--rpc", "ftp://user:secret@host")).to.throw(
      /^--rpc: "ftp:\/\/\.\.\.@host": must be a URL/,
    );
  });
});
