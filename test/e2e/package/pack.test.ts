import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { ownerOf } from "../../../src/model/index.js";
import { readDeployment } from "../../../src/protocol/deployments.js";
import { DeadlineProvider } from "../../../src/protocol/provider.js";
import { type ChainNode, type Ended, runScript, scratch, startHardhatNode } from "../../support/process.js";
import { lend, openVault, ROLES, signerOf } from "../../support/scenario.js";
import { skipUnless } from "../../support/skip.js";

const GUIDE = /```ts\n([\s\S]*?)```/.exec(readFileSync("docs/guides/use-the-package.md", "utf8"))?.[1] ?? "";

/** A Hardhat project that imports the interfaces, with the compiler from here. */
const HARDHAT_CONFIG = `export default {
  solidity: { version: "0.8.30", path: ${JSON.stringify(resolve("node_modules/solc/soljson.js"))} },
};`;

/** Output of npm if no registry can be reached. */
const UNREACHABLE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH/;

/** A program of a user who has only the package. */
const CONSUMER = `
import { JsonRpcProvider } from "ethers";
import { type VaultKey, connect, readDeployment, termsOf } from "breakwater";
import { SystemModel } from "breakwater/model";
import abi from "breakwater/abi/VaultEngine.json" with { type: "json" };

const [url = "", directory = "", vault = ""] = process.argv.slice(2);
const provider = new JsonRpcProvider(url, 31337, { staticNetwork: true });
const deployment = await readDeployment(directory, 31337);
const client = connect(deployment, provider);
const [health] = await client.vaultLens.health([vault as VaultKey]);
const model = new SystemModel(termsOf(deployment), 1n);
console.log(JSON.stringify({
  debt: String(health?.debt),
  liquidatable: health?.liquidatable,
  symbols: deployment.assets.map(({ symbol }) => symbol),
  modelAssets: model.terms.assets.length,
  liquidates: abi.some((entry) => "name" in entry && entry.name === "liquidate"),
}));
provider.destroy();
`;

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    types: ["node"],
  },
  files: ["consumer.ts", "guide.ts"],
};

describe("the package, installed into an empty folder", function () {
  this.timeout(600_000);
  let node: ChainNode | undefined;
  let directory: Awaited<ReturnType<typeof scratch>> | undefined;
  const folder = (): string => directory?.path ?? "";
  const at = (name: string): string => join(folder(), name);

  const start = (command: string, args: readonly string[], cwd: string): Ended => {
    // Drop the loaders and settings of this run, which could hide that the package lacks a file.
    const kept = Object.entries(process.env).filter(([name]) => !/^(NODE_|HARDHAT_|HH_)/.test(name));
    const env = { ...Object.fromEntries(kept), NO_COLOR: "1" };
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
    return { code: status, stdout, stderr };
  };
  const breakwater = (...args: string[]): Ended =>
    start(process.execPath, [at("node_modules/.bin/breakwater"), ...args], folder());

  before(async function () {
    const wanted = process.env.DEEP === "1";
    skipUnless(wanted, this, "installing the package takes a minute: npm run test:differential does, CI too");
    directory = await scratch();
    const built = await runScript("build-package", []);
    expect(built.code, built.stderr).to.equal(0);
    const packed = start(
      "npm",
      ["pack", "--json", "--ignore-scripts", "--pack-destination", at("")],
      resolve("."),
    );
    expect(packed.code, packed.stderr).to.equal(0);
    const [tarball] = JSON.parse(packed.stdout) as { filename: string }[];
    await writeFile(at("package.json"), JSON.stringify({ private: true, type: "module" }));
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    const installed = start("npm", ["install", ...options, `./${tarball!.filename}`], folder());
    skipUnless(!UNREACHABLE.test(installed.stderr), this, "the npm registry cannot be reached");
    expect(installed.code, installed.stderr).to.equal(0);
    node = await startHardhatNode();
  });

  after(async () => {
    await node?.stop();
    if (directory !== undefined) await directory.remove();
  });

  it("deploys a system, and reads a vault of it with types that compile", async () => {
    const { url } = node!;
    const deployed = breakwater("deploy", "--rpc", url, "--deployments", at("deployments"));
    expect(deployed.stderr).to.equal("");
    expect(deployed.stdout).to.match(/^deployed: chain 31337/m);

    const provider = new DeadlineProvider(url, 31337, 10_000);
    provider.pollingInterval = 20;
    const deployment = await readDeployment(at("deployments"), 31337);
    await lend(deployment, await signerOf(provider, ROLES.lender));
    const vault = await openVault(
      deployment,
      await signerOf(provider, ROLES.borrower),
      0n,
      { 0: "10" },
      "14000",
    );
    provider.destroy();

    await writeFile(at("consumer.ts"), CONSUMER);
    await writeFile(at("guide.ts"), GUIDE);
    await writeFile(at("tsconfig.json"), JSON.stringify(TSCONFIG));
    const compiled = start(process.execPath, [resolve("node_modules/typescript/bin/tsc")], folder());
    expect(compiled.stdout).to.equal("");
    const args = ["consumer.js", url, at("deployments"), vault];
    const { stdout, stderr } = start(process.execPath, args, folder());
    expect(stderr).to.equal("");
    const { debt, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
    expect(String(debt)).to.match(/^14000000\d{15}$/);
    expect(rest).to.deep.equal({
      liquidatable: false,
      symbols: ["WETH", "WBTC"],
      modelAssets: 2,
      liquidates: true,
    });
    const told = start(process.execPath, ["guide.js", ownerOf(vault), url], folder());
    expect(told.stdout).to.match(/^debt: 14000\.0\d* USDX\nhealth factor: 1\.14\d+\n$/);
    expect(told.stderr).to.equal("");
  });

  it("keeps the system that it deployed", () => {
    const args = ["--rpc", node!.url, "--deployments", at("deployments"), "--once"];
    const { code, stdout, stderr } = breakwater("keeper", ...args);
    expect(stderr).to.equal("");
    expect(stdout).to.include("1 vault");
    expect(code).to.equal(0);
  });

  it("replays a crash, and says with exit code 2 that a price file is missing", async () => {
    const prices = resolve("examples/prices/bars.csv");
    const { code, stdout } = breakwater("crash", "--prices", prices, "--vaults", "3", "--out", at("report"));
    expect(stdout).to.include("WETH fell 19.7 % from 2,000.00 USDX to 1,607.00 USDX.");
    expect(code).to.equal(0);
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    const page = await readFile(at("report/report.html"), "utf8");
    expect(page).to.include(`breakwater ${version}`).and.to.include("solc 0.8.30+");
    const refused = breakwater("crash", "--prices", "none.csv");
    expect(refused.stderr).to.match(/^--prices: "none.csv": cannot be read/);
    expect(refused.code).to.equal(2);
  });

  it("has interfaces that a contract of somebody else compiles with", async () => {
    const example = await readFile("examples/flash-liquidator/FlashLiquidator.sol", "utf8");
    const source = example.replaceAll('"../../contracts/', '"breakwater/contracts/');
    expect(source).to.not.equal(example);
    await mkdir(at("contracts"));
    await writeFile(at("contracts/FlashLiquidator.sol"), source);
    await writeFile(at("hardhat.config.js"), HARDHAT_CONFIG);
    const { code, stderr } = start(process.execPath, [at("node_modules/.bin/hardhat"), "build"], folder());
    expect(code, stderr).to.equal(0);
    const artifact = await readFile(
      at("artifacts/contracts/FlashLiquidator.sol/FlashLiquidator.json"),
      "utf8",
    );
    expect((JSON.parse(artifact) as { bytecode: string }).bytecode).to.have.length.greaterThan(2_000);
  });

  it("depends on every package that it imports, and on no other", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      dependencies: Record<string, string>;
    };
    const imported = new Set<string>();
    const files = globSync(["dist/**/*.{js,d.ts}", "contracts/**/*.sol"], {
      exclude: ["contracts/mocks/**"],
    });
    for (const file of files) {
      const text = readFileSync(file, "utf8");
      for (const [, specifier = ""] of text.matchAll(/(?:from|import)[\s(]+"([^".:][^":]*)"/g))
        imported.add(specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
    }
    expect([...imported].sort()).to.deep.equal(Object.keys(dependencies).sort());
  });

  it("names its commands", () => {
    expect(breakwater().stdout).to.match(/^ {2}breakwater <command> \[options\]$/m);
    expect(breakwater("crash", "--help").stdout).to.include("breakwater crash [scenario] [options]");
    const { code, stderr } = breakwater("cruise");
    expect(stderr).to.equal('command: "cruise": unknown; allowed are crash, deploy, keeper\n');
    expect(code).to.equal(2);
  });
});
