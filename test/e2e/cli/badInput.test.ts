import { expect } from "chai";
import { getAddress, toQuantity } from "ethers";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { DEPLOY, deploy as deployCommand } from "../../../src/commands/deploy.js";
import { KEEPER, keep as keeperCommand } from "../../../src/commands/keeper.js";
import { recordOf } from "../../../deploy/record.js";
import type { Deployment } from "../../../src/protocol/deployments.js";
import type { Tint } from "../../../src/format/table.js";
import { startFakeNode } from "../../support/fakeNode.js";
import { READERS, runHere } from "../../support/here.js";
import { mockDecimals } from "../../support/mockDecimals.js";
import {
  type ChainNode,
  type Ended,
  freePort,
  hasAnvil,
  runScript,
  scratch,
  startAnvil,
} from "../../support/process.js";
import { needAnvil } from "../../support/skip.js";
import { localParameters } from "../../support/scenario.js";

interface Case {
  readonly name: string;
  readonly script: "deploy" | "keeper";
  readonly args: () => string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly stderr: RegExp;
  readonly anvil?: boolean;
  /** Run the case as a process of its own. The other cases run the same command in this process. */
  readonly alone?: boolean;
}

const GENESIS = `0x${"11".repeat(32)}`;
const OTHER_GENESIS = `0x${"22".repeat(32)}`;
const OWN_ADDRESS = getAddress(`0x${"ab".repeat(20)}`);
const HARDHAT_KEY = `0x${"01".repeat(32)}`;

function fakeRecord(chainId: number, genesisHash = GENESIS): Deployment {
  const p = localParameters();
  const addresses = new Proxy({}, { get: () => OWN_ADDRESS }) as Record<string, string>;
  return recordOf({ chainId, genesisHash, block: 0 }, p, mockDecimals(p), addresses);
}

/**
 * Runs the command in this process, as to a pipe and as to a terminal. Both must give the same
 * output.
 */
async function runCase(c: Case): Promise<Ended> {
  const run = async (tint: Tint): Promise<Ended> =>
    c.script === "deploy"
      ? await runHere(DEPLOY, deployCommand, c.args(), tint)
      : await runHere(KEEPER, keeperCommand, c.args(), tint);
  const [plain, coloured] = await Promise.all([run(READERS.plain), run(READERS.coloured)]);
  expect(coloured).to.deep.equal(plain);
  return plain;
}

describe("bad input to a command ends it with one line and its exit code", function () {
  const nodes: Partial<Record<"local" | "live" | "silent" | "html" | "anvil5" | "anvilSepolia", ChainNode>> =
    {};
  const ended = new Map<Case, Ended>();
  let directory: Awaited<ReturnType<typeof scratch>>;
  let deadUrl = "";
  const environment = { ...process.env };

  const url = (name: keyof typeof nodes): string => nodes[name]?.url ?? "";
  const at = (name: string): string => join(directory.path, name);
  const local = (deployments = "empty"): string[] => [
    "--rpc",
    url("local"),
    "--deployments",
    at(deployments),
  ];
  const parameters = (file: string): string[] => [...local(), "--parameters", at(file)];
  const sepolia = (...args: string[]): string[] => ["--network", "sepolia", ...args];

  const both = (name: string, args: () => string[], code: number, stderr: RegExp): Case[] =>
    (["deploy", "keeper"] as const).map((script) => ({
      alone: script === "keeper",
      name: `${script}: ${name}`,
      script,
      args,
      code,
      stderr,
    }));
  const deploy = (
    name: string,
    args: () => string[],
    code: number,
    stderr: RegExp,
    more: Partial<Case> = {},
  ): Case => ({
    name: `deploy: ${name}`,
    script: "deploy",
    args,
    code,
    stderr,
    ...more,
  });
  const keeper = (
    name: string,
    args: () => string[],
    code: number,
    stderr: RegExp,
    more: Partial<Case> = {},
  ): Case => ({
    ...deploy(name, args, code, stderr, more),
    name: `keeper: ${name}`,
    script: "keeper",
  });

  const CASES: readonly Case[] = [
    ...both(
      "an unknown option",
      () => ["--frobnicate"],
      2,
      /^--frobnicate: unknown option; allowed are --network, /,
    ),
    ...both(
      "an unknown network",
      () => ["--network", "moon"],
      2,
      /^--network: "moon": must be one of localhost, sepolia$/,
    ),
    ...both(
      "a URL that is none",
      () => ["--rpc", "localhost:8545"],
      2,
      /^--rpc: "localhost:8545": must be a URL/,
    ),
    ...both(
      "a node that is not there",
      () => ["--rpc", deadUrl],
      3,
      /^rpc: http:\/\/127\.0\.0\.1:\d+: not reachable/,
    ),
    ...both(
      "a server that is no node",
      () => ["--rpc", url("html")],
      3,
      /^rpc: \S+: answered something else than JSON/,
    ),
    ...both(
      "another chain than the network's",
      () => ["--rpc", url("live")],
      3,
      /^chain id: 11155111: must be 31337 or 1337/,
    ),
    ...both("a network without its URL", () => sepolia(), 2, /^SEPOLIA_RPC_URL: missing or unusable: set it/),
    keeper(
      "a node that never answers",
      () => ["--rpc", url("silent")],
      3,
      /^rpc: \S+: no answer within 5 s;/,
    ),

    deploy(
      "an option without its value",
      () => ["--network"],
      2,
      /^--network: missing: the option needs a value/,
    ),
    deploy("a stray argument", () => ["now"], 2, /^argument: "now": unexpected;/),
    deploy(
      "a missing parameter file",
      () => parameters("none.json"),
      2,
      /^--parameters: \S+none\.json: must be a readable/,
    ),
    deploy(
      "a parameter file that is no JSON",
      () => parameters("broken.json"),
      2,
      /^\S+broken\.json: must be JSON: /,
    ),
    deploy(
      "a parameter out of range",
      () => parameters("ltv.json"),
      2,
      /^\S+ltv\.json: assets\[0\]\.ltvBps: 9000: must be /,
    ),
    deploy(
      "an address that holds no token",
      () => parameters("token.json"),
      2,
      /token\.json: assets\[0\]\.token\.address: 0xab/i,
    ),
    deploy(
      "a record directory that cannot be one",
      () => ["--rpc", url("local"), "--deployments", at("broken.json")],
      2,
      /^--deployments: "\S+broken\.json": must be a directory that can be written$/,
    ),
    deploy(
      "mocks on a chain that is not for development",
      () => [
        ...sepolia("--rpc", url("anvilSepolia")),
        "--parameters",
        "deploy/parameters/localhost.json",
        "--deployments",
        at("empty"),
      ],
      2,
      /^\S+localhost\.json: debtAsset\.token: is a mock: must be an address on chain 11155111/,
      { anvil: true },
    ),
    deploy(
      "a chain with another id",
      () => ["--rpc", url("anvil5"), "--deployments", at("empty")],
      3,
      /^chain id: 5: must be 31337 or 1337 for network localhost/,
      { anvil: true },
    ),
    deploy(
      "no key to deploy with",
      () => [...sepolia("--rpc", url("live")), "--deployments", at("empty")],
      2,
      /^SEPOLIA_PRIVATE_KEY: missing or unusable/,
    ),
    deploy(
      "a key that is none",
      () => [...sepolia("--rpc", url("live")), "--deployments", at("empty")],
      2,
      /^SEPOLIA_PRIVATE_KEY: \(not shown\): must be a private key/,
      { env: { SEPOLIA_PRIVATE_KEY: "0x1234" } },
    ),

    keeper(
      "a minimum profit that is no amount",
      () => ["--min-profit", "lots"],
      2,
      /^--min-profit: "lots": must be a decimal/,
    ),
    keeper(
      "an account that is no number",
      () => ["--account", "-1"],
      2,
      /^--account: missing: the option needs a value/,
    ),
    keeper(
      "an account the node does not have",
      () => [...local("good"), "--account", "7"],
      2,
      /^--account: 7: must be an integer from 0 to 0/,
    ),
    keeper(
      "no deployment record",
      () => local(),
      2,
      /^deployment: \S+31337\.json is missing: run "npm run deploy"/,
    ),
    keeper("a record that is no JSON", () => local("broken"), 2, /^deployment: \S+31337\.json is not JSON/),
    keeper(
      "a record with a bad field",
      () => local("bad"),
      2,
      /^deployment: \S+31337\.json: contracts\.engine: "0x12": must be a 20-byte/,
    ),
    keeper(
      "nothing that tells what gas costs",
      () => local("noether"),
      2,
      /^--ether: missing: no asset is called WETH, so nothing tells what gas costs: must be the price of one ether in USDX, or 0/,
    ),
    keeper(
      "a price of ether that is none",
      () => ["--ether", "dear"],
      2,
      /^--ether: "dear": must be a decimal/,
    ),
    keeper(
      "a record of another chain",
      () => local("other"),
      2,
      /^deployment: \S+31337\.json: chainId: 1337: must be 31337$/,
    ),
    keeper(
      "a record of an earlier chain, whatever else is wrong with it",
      () => local("stale"),
      3,
      /^genesis hash: 0x1{64}: must be 0x2{64}, as in /,
    ),
    keeper(
      "a record of contracts that are not there",
      () => [...local("good"), "--account", "0"],
      2,
      /^deployment: \S+: contracts\.manager: 0x\w{40}: must be a contract/,
    ),
    keeper(
      "no key on a live chain",
      () => [...sepolia("--rpc", url("live")), "--deployments", at("good")],
      2,
      /^KEEPER_PRIVATE_KEY: missing or unusable/,
    ),
    keeper(
      "a key that is none",
      () => [...sepolia("--rpc", url("live")), "--deployments", at("good")],
      2,
      /^KEEPER_PRIVATE_KEY: \(not shown\): must be a private key/,
      { env: { KEEPER_PRIVATE_KEY: HARDHAT_KEY.slice(2, 20) } },
    ),
  ];

  before(async () => {
    directory = await scratch();
    deadUrl = `http://127.0.0.1:${await freePort()}`;
    const answers = {
      eth_getBlockByNumber: { hash: GENESIS },
      eth_getCode: "0x",
      eth_call: "0x",
      eth_accounts: [OWN_ADDRESS],
    };
    nodes.local = await startFakeNode({ ...answers, eth_chainId: toQuantity(31337) });
    nodes.live = await startFakeNode({ ...answers, eth_chainId: toQuantity(11155111) });
    nodes.silent = await startFakeNode({}, null);
    nodes.html = await startFakeNode({}, (response) => response.end("<html>"));
    if (hasAnvil) {
      nodes.anvil5 = await startAnvil("--chain-id", "5");
      nodes.anvilSepolia = await startAnvil("--chain-id", "11155111");
    }

    const good = fakeRecord(31337);
    const bad = { ...good, contracts: { ...good.contracts, engine: "0x12" } };
    const p = localParameters();
    const [weth, ...rest] = p.assets;
    for (const [name, text] of Object.entries({
      "empty/.keep": "",
      "good/31337.json": JSON.stringify(good),
      "good/11155111.json": JSON.stringify(fakeRecord(11155111)),
      "broken/31337.json": "{",
      "bad/31337.json": JSON.stringify(bad),
      "other/31337.json": JSON.stringify(fakeRecord(1337)),
      "noether/31337.json": JSON.stringify({
        ...good,
        assets: good.assets.filter((a) => a.symbol !== "WETH"),
      }),
      "stale/31337.json": JSON.stringify({ ...bad, genesisHash: OTHER_GENESIS }),
      "broken.json": "{",
      "ltv.json": JSON.stringify({ ...p, assets: [{ ...weth, ltvBps: 9000 }, ...rest] }),
      "token.json": JSON.stringify({ ...p, assets: [{ ...weth, token: { address: OWN_ADDRESS } }, ...rest] }),
    })) {
      await mkdir(join(at(name), ".."), { recursive: true });
      await writeFile(at(name), text);
    }

    const unset = { SEPOLIA_RPC_URL: "", SEPOLIA_PRIVATE_KEY: "", KEEPER_PRIVATE_KEY: "" };
    Object.assign(process.env, unset);
    // The case that waits for its deadline runs beside the others.
    const slow = CASES.filter((c) => c.name.endsWith("never answers"));
    const waiting = slow.map(async (c) => ended.set(c, await runCase(c)));
    for (const c of CASES.filter((other) => !slow.includes(other))) {
      if (c.anvil === true && !hasAnvil) continue;
      const alone = c.alone === true || c.env !== undefined;
      ended.set(c, alone ? await runScript(c.script, c.args(), { ...unset, ...c.env }) : await runCase(c));
    }
    await Promise.all(waiting);
  });

  after(async () => {
    process.env = environment;
    for (const node of Object.values(nodes)) await node.stop();
    await directory.remove();
  });

  for (const c of CASES) {
    it(`${c.name}: ${c.code}`, function () {
      if (c.anvil === true) needAnvil(this);
      const result = ended.get(c);
      if (result === undefined) throw new Error("the case was never run");
      expect(result.stderr).to.match(/^[^\n]+\n$/, "exactly one line");
      expect(result.stderr.trimEnd()).to.match(c.stderr);
      expect(result.code).to.equal(c.code);
      expect(result.stdout).to.equal("");
      for (const secret of Object.values(c.env ?? {})) expect(result.stderr).to.not.include(secret);
    });
  }

  it("leaves nothing behind where it failed", async () => {
    expect(await readdir(at("empty"))).to.deep.equal([".keep"]);
  });

  it("prints its options on --help", async () => {
    const { code, stdout, stderr } = await runScript("keeper", ["--help"]);
    expect(code).to.equal(0);
    expect(stderr).to.equal("");
    expect(stdout).to.include("--dry-run").and.to.include("--min-profit N");
  });
});
