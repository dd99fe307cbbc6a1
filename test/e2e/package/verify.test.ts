import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { getVerificationInformation } from "@nomicfoundation/ignition-core";
import { expect } from "chai";
import { Contract, Interface, TypedDataEncoder, concat, getCreateAddress, toQuantity } from "ethers";
import { config } from "hardhat";

import { DEPLOY, deploy } from "../../../src/commands/deploy.js";
import { type Deployment, readDeployment } from "../../../src/protocol/deployments.js";
import { DeadlineProvider } from "../../../src/protocol/provider.js";
import { BackstopPool__factory, LendingPool__factory } from "../../../types/index.js";
import { runHere } from "../../support/here.js";
import { type ChainNode, scratch, startHardhatNode } from "../../support/process.js";

const MADE_BY_CONTRACTS = ["pool", "backstop"];

describe("verifying what was deployed", () => {
  let node: ChainNode;
  let provider: DeadlineProvider;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let deployment: Deployment;

  before(async () => {
    node = await startHardhatNode();
    directory = await scratch();
    provider = new DeadlineProvider(node.url, 31337, 10_000);
    const args = ["--rpc", node.url, "--deployments", directory.path];
    const { code, stderr } = await runHere(DEPLOY, deploy, args);
    expect(code, stderr).to.equal(0);
    deployment = await readDeployment(directory.path, 31337);
    process.env.DEPLOYMENTS = directory.path;
    process.env.CHAIN_ID = "31337";
  });

  after(async () => {
    delete process.env.DEPLOYMENTS;
    delete process.env.CHAIN_ID;
    provider.destroy();
    await node.stop();
    await directory.remove();
  });

  it("is possible by the journal's path, as `hardhat ignition verify` joins it", async () => {
    const base = join(config.paths.ignition, "deployments");
    const id = relative(base, resolve("deployments/journal/11155111/ignition"));
    expect(readFileSync("docs/guides/verify-contracts.md", "utf8")).to.include(`ignition verify ${id} `);

    const journal = join(directory.path, "journal", "31337", "ignition");
    const found = new Map<string, string>();
    for await (const contract of getVerificationInformation(join(base, relative(base, journal)))) {
      if (typeof contract === "string") throw new Error(`no artifact of ${contract}`);
      found.set(contract.address.toLowerCase(), contract.contract);
    }
    const { contracts, assets } = deployment;
    for (const [name, address] of Object.entries(contracts))
      expect(found.has(address.toLowerCase()), name).to.equal(!MADE_BY_CONTRACTS.includes(name));
    for (const { symbol, token, primary } of assets)
      expect([found.has(token.toLowerCase()), found.has(primary.feed.toLowerCase())], symbol).to.deep.equal([
        true,
        true,
      ]);
  });

  for (const [example, maker, made, factory] of [
    ["lending-pool", "engine", "pool", LendingPool__factory],
    ["backstop-pool", "auctionHouse", "backstop", BackstopPool__factory],
  ] as const) {
    it(`has the arguments that ${maker} created ${made} with in examples/verify/${example}.ts`, async () => {
      const { default: given } = (await import(`../../../examples/verify/${example}.js`)) as {
        default: unknown[];
      };
      const from = deployment.contracts[maker];
      const real = deployment.contracts[made];
      const abi = new Interface(factory.abi);
      const data = concat([factory.bytecode, abi.encodeDeploy(given)]);
      const created = (await provider.send("eth_call", [
        { from, data, gas: toQuantity(16_000_000) },
      ])) as string;
      // The same code except for its own address and the values that depend on it.
      const nonce = await provider.getTransactionCount(from);
      const other = getCreateAddress({ from, nonce });
      const contract = new Contract(real, abi, provider);
      const name = (await contract.getFunction("name")()) as string;
      const separator = (verifyingContract: string): string =>
        TypedDataEncoder.hashDomain({ name, version: "1", chainId: 31337, verifyingContract });
      const bare = (hex: string): string => hex.slice(2).toLowerCase();
      const expected = created
        .replaceAll(bare(separator(other)), bare(separator(real)))
        .replaceAll(bare(other), bare(real));
      expect((await provider.getCode(real)) === expected).to.equal(true);
    });
  }
});

describe(".env.example", () => {
  it("has every variable of the configuration and of the commands", () => {
    const sources = ["hardhat.config.ts", "src/package/networks.ts", "src/commands/keeper.ts"];
    const named = sources.flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(/(?:configVariable\(|variable\(hre, )"(\w+)"/g),
    ]);
    const wanted = named.map(([, name]) => name).sort();
    const given = [...readFileSync(".env.example", "utf8").matchAll(/^(\w+)=$/gm)].map(([, name]) => name);
    expect(wanted).to.have.length.greaterThan(3);
    expect(given.sort()).to.deep.equal(wanted);
  });
});
