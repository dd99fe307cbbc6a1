import { expect } from "chai";
import { type Signer, toQuantity } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { deployInMemory } from "../../../deploy/inMemory.js";
import { Journal } from "../../../deploy/journal.js";
import { resolveDecimals } from "../../../deploy/onChain.js";
import { preflight } from "../../../deploy/preflight.js";
import { DEPLOY, deploy } from "../../../src/commands/deploy.js";
import { connect } from "../../../src/protocol/client.js";
import { type Deployment, readDeployment } from "../../../src/protocol/deployments.js";
import { parseParameters } from "../../../src/protocol/parameters/convert.js";
import { DeadlineProvider } from "../../../src/protocol/provider.js";
import { openExchange } from "../../support/executor.js";
import { runHere } from "../../support/here.js";
import { type ChainNode, type Ended, rpc, scratch, startAnvil } from "../../support/process.js";
import { needAnvil } from "../../support/skip.js";
import { localParameters } from "../../support/scenario.js";
import { SMALLEST } from "../../support/parameters.js";

describe("what deploy looks at before and after", () => {
  let node: ChainNode;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let file: string;

  const deployWith = async (parameters: object, ...more: string[]): Promise<Ended> => {
    await writeFile(file, JSON.stringify(parameters));
    const where = ["--rpc", node.url, "--deployments", join(directory.path, "records")];
    return await runHere(DEPLOY, deploy, [...where, "--parameters", file, ...more]);
  };
  const record = (): Promise<Deployment> => readDeployment(join(directory.path, "records"), 31337);
  const sent = async (): Promise<number> => {
    const [deployer] = (await rpc(node.url, "eth_accounts")) as string[];
    return Number(await rpc(node.url, "eth_getTransactionCount", deployer, "pending"));
  };

  before(function () {
    needAnvil(this);
  });
  beforeEach(async () => {
    node = await startAnvil();
    directory = await scratch();
    file = join(directory.path, "parameters.json");
  });
  afterEach(async () => {
    await node.stop();
    await directory.remove();
  });

  it("names an account without ether and its balance, before it leaves anything behind", async () => {
    const accounts = (await rpc(node.url, "eth_accounts")) as string[];
    await rpc(node.url, "anvil_setBalance", accounts[0], "0x0");
    const { code, stderr } = await deployWith(SMALLEST);
    expect(stderr).to.equal(
      `deployer: ${accounts[0]}: holds 0 ether on chain 31337: must hold enough for the gas of a deployment\n`,
    );
    expect(code).to.equal(1);
    expect(await readdir(join(directory.path, "records"))).to.deep.equal([]);
  });

  it("names the balance where it does not last, and goes on when there is more", async () => {
    const [deployer] = (await rpc(node.url, "eth_accounts")) as string[];
    await rpc(node.url, "anvil_setBalance", deployer, toQuantity(20n * 10n ** 15n));
    const { code, stderr } = await deployWith(SMALLEST);
    expect(stderr).to.match(
      new RegExp(
        `^deployer: ${deployer}: holds 0\\.\\d+ ether, too little for the gas of what is left: [^\\n]* to resume\\n$`,
      ),
    );
    expect(code).to.equal(1);
    expect(await sent()).to.be.greaterThan(0);
    await rpc(node.url, "anvil_setBalance", deployer, toQuantity(10n ** 18n));
    expect((await deployWith(SMALLEST)).code).to.equal(0);
  });

  it("lets other parameters follow where nothing was sent", async () => {
    const [deployer] = (await rpc(node.url, "eth_accounts")) as string[];
    await rpc(node.url, "anvil_setBalance", deployer, toQuantity(10n ** 12n));
    expect((await deployWith(SMALLEST)).code).to.equal(1);
    expect(await sent()).to.equal(0);
    await rpc(node.url, "anvil_setBalance", deployer, toQuantity(10n ** 18n));
    const system = { ...SMALLEST.system, borrowCap: "7000" };
    expect((await deployWith({ ...SMALLEST, system })).code).to.equal(0);
    expect((await record()).parameters.system.borrowCap).to.equal("7000");
  });

  it("prints every price, and starts the measurement of volatility", async () => {
    const { code, stdout } = await deployWith(localParameters());
    expect(code).to.equal(0);
    expect(stdout).to.match(/^WETH: 2000\.0, 0 s old, bounds 200 to 20000$/m);
    const steps = [...stdout.matchAll(/^transaction (\d+) of (\d+): 0x[0-9a-f]{64}$/gm)];
    expect(steps.map(([, step]) => Number(step))).to.deep.equal(steps.map((_, i) => i + 1));
    expect(steps.length).to.equal(await sent());
    expect(new Set(steps.map(([, , all]) => all))).to.deep.equal(new Set([String(steps.length)]));
    expect(stdout).to.match(/^WBTC: 60000\.0 USDX, good$/m);
    const provider = new DeadlineProvider(node.url, 31337, 10_000);
    const { volatilityModel: volatility } = connect(await record(), provider);
    const pokes = await volatility.queryFilter(volatility.getEvent("Poked"), 0);
    provider.destroy();
    expect(pokes.map(({ args }) => args.asset)).to.deep.equal([0n, 1n]);
  });

  it("refuses a feed that answers outside its bounds or not at all before it sends anything", async () => {
    expect((await deployWith(SMALLEST)).code).to.equal(0);
    const before = await sent();
    const { contracts, assets } = await record();
    const [asset] = SMALLEST.assets;
    const feed = { address: assets[0]!.primary.feed };
    const other = (fields: object) => ({
      ...SMALLEST,
      assets: [{ ...asset, primary: { ...asset!.primary, feed, ...fields } }],
    });
    const elsewhere = ["--deployments", join(directory.path, "second")];
    const refused = async (parameters: object): Promise<string> => {
      await writeFile(file, JSON.stringify(parameters));
      const { code, stdout, stderr } = await runHere(DEPLOY, deploy, [
        "--rpc",
        node.url,
        "--parameters",
        file,
        ...elsewhere,
      ]);
      expect([code, stdout]).to.deep.equal([2, ""]);
      return stderr;
    };
    expect(await refused(other({ minAnswer: "2000" }))).to.match(
      /^\S+: assets\[0\]\.primary\.minAnswer: "2000": must be below what the feed answers now, 2000\.0\n$/,
    );
    expect(await refused(other({ maxAnswer: "1999" }))).to.match(
      /^\S+: assets\[0\]\.primary\.maxAnswer: "1999": must be above what the feed answers now, 2000\.0\n$/,
    );
    expect(await refused(other({ feed: { address: assets[0]!.token } }))).to.match(
      /^\S+: assets\[0\]\.primary\.feed\.address: 0x\w{40}: must be a feed that answers latestRoundData\(\)\n$/,
    );
    expect(await refused(other({ feed: { address: contracts.engine } }))).to.match(
      /must be a contract on this chain/,
    );
    expect(await sent()).to.equal(before);
  });

  it("warns of a price that is no longer good, by its name", async () => {
    expect((await deployWith(SMALLEST)).code).to.equal(0);
    await rpc(node.url, "evm_increaseTime", 1_000_000);
    await rpc(node.url, "evm_mine");
    const { code, stdout } = await deployWith(SMALLEST);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^WARNING: WETH: [\d.]+ USDX, (doubtful|dead): /m);
  });

  it("names the contracts that changed since: a warning where all is deployed, a refusal half way", async () => {
    expect((await deployWith(SMALLEST)).code).to.equal(0);
    const journal = new Journal(join(directory.path, "records"), 31337);
    const stored = join(journal.ignition, "artifacts", "Breakwater#VaultEngine.json");
    const artifact = JSON.parse(await readFile(stored, "utf8")) as { bytecode: string };
    await writeFile(stored, JSON.stringify({ ...artifact, bytecode: `0x00${artifact.bytecode.slice(4)}` }));
    const again = await deployWith(SMALLEST);
    expect(again.code).to.equal(0);
    expect(again.stdout).to.match(/^WARNING: contracts: VaultEngine: changed since this deployment began: /m);
    expect(again.stdout).to.match(/^already deployed: /m);
    const { chainId, genesisHash, block, parameters } = (await journal.origin())!;
    await journal.write({ chainId, genesisHash, block, parameters });
    const { code, stderr } = await deployWith(SMALLEST);
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^contracts: VaultEngine: changed since this deployment began: check out [^\n]*\n$/,
    );
  });
});

describe("how much debt an asset may secure, by the depth of its pool", () => {
  let connection: NetworkConnection;
  let signer: Signer;
  let first: Deployment;
  let pool: string;

  before(async () => {
    connection = await network.create();
    signer = (await connection.ethers.getSigners())[0]!;
    first = await deployInMemory(connection, localParameters());
    pool = (await openExchange(first, signer, "2000", "1000000")).market.address;
  });
  after(() => connection.close());

  const told = async (supplyCap: string): Promise<string[]> => {
    const p = localParameters();
    const [asset] = p.assets;
    const uniswap = { pool, windowSeconds: 60, minLiquidity: "1000" };
    const parameters = parseParameters({
      ...p,
      debtAsset: { ...p.debtAsset, token: { address: first.debtAsset.token } },
      assets: [
        {
          ...asset,
          supplyCap,
          token: { address: first.assets[0]?.token },
          secondary: { ...asset!.primary, feed: { uniswap } },
          maxDeviationBps: 200,
        },
      ],
    });
    const node = connection.provider;
    return await preflight(parameters, await resolveDecimals(parameters, node), node);
  };
  const held = async (): Promise<bigint> => connect(first, signer).debtToken.balanceOf(pool);

  it("is told, and warned of beyond eight times the depth", async () => {
    const depth = await held();
    const fits = String((8n * depth) / 10n ** 18n / 1_500n);
    const within = (await told(fits)).at(-1);
    expect(within).to.match(
      /^WETH: its pool holds [\d.]+ USDX; at its supply cap it secures [\d.]+ USDX, within 8 times the depth$/,
    );
    const beyond = (await told(String(Number(fits) + 1))).at(-1);
    expect(beyond).to.match(
      /^WARNING: assets\[0\]\.supplyCap: "\d+": its pool holds [\d.]+ USDX; .*: more than 8 times the depth, /,
    );
  });
});
