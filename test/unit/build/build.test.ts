import { expect } from "chai";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { partsOf } from "../../../src/build/plugin.js";
import { isBuilt, noteBuilt } from "../../../src/build/stamp.js";
import { type Ended, runScript, scratch } from "../../support/process.js";

describe("compiling in parts", () => {
  const sources = {
    "project/A.sol": { content: "contract A { B b = new B(1); }" },
    "project/B.sol": { content: `contract B { ${"uint256 x; ".repeat(20)} }` },
    "project/C.sol": { content: `contract C { ${"uint256 x; ".repeat(30)} }` },
    "project/D.sol": { content: "library D { }" },
    "project/I.sol": { content: `// ${"x".repeat(5_000)}\ninterface I { }` },
  };

  it("puts every source into exactly one part, whatever the number of parts", () => {
    for (const count of [1, 2, 3, 9]) {
      const parts = partsOf(sources, count);
      expect(parts.length).to.be.at.most(count);
      expect(parts.flat().sort()).to.deep.equal(Object.keys(sources).sort());
    }
  });

  it("keeps a contract beside the one it creates, and large ones apart", () => {
    const [one, two] = partsOf(sources, 2);
    const withA = one!.includes("project/A.sol") ? one : two;
    expect(withA).to.include("project/B.sol").and.to.not.include("project/C.sol");
  });
});

describe("a contract compiled apart from the others", () => {
  it("is the one that was compiled with them", async () => {
    const artifact = JSON.parse(
      await readFile("artifacts/contracts/policy/CircuitBreaker.sol/CircuitBreaker.json", "utf8"),
    ) as { bytecode: string; buildInfoId: string; inputSourceName: string };
    const build = JSON.parse(await readFile(`artifacts/build-info/${artifact.buildInfoId}.json`, "utf8")) as {
      input: { settings: Record<string, unknown> };
    };
    const outputSelection = { [artifact.inputSourceName]: { "*": ["evm.bytecode.object"] } };
    const input = { ...build.input, settings: { ...build.input.settings, outputSelection } };
    const solc = createRequire(import.meta.url)("solc") as { compile(text: string): string };
    const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
      contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
    };
    const { object } = output.contracts[artifact.inputSourceName]!.CircuitBreaker!.evm.bytecode;
    expect(`0x${object}`).to.equal(artifact.bytecode);
  });
});

describe("whether there is anything to compile", () => {
  let directory: Awaited<ReturnType<typeof scratch>>;
  const at = (name: string): string => join(directory.path, name);

  beforeEach(async () => {
    directory = await scratch();
    await mkdir(at("contracts"));
    await mkdir(at("types"));
    await writeFile(at("contracts/A.sol"), "contract A {}");
    await writeFile(at("types/index.ts"), "");
  });
  afterEach(() => directory.remove());

  it("is told by the content of what was compiled, file by file", async () => {
    expect(isBuilt(directory.path, ["contracts/A.sol"])).to.equal(false);
    noteBuilt(directory.path, ["contracts/A.sol"], false);
    expect(isBuilt(directory.path, ["contracts/A.sol"])).to.equal(true);
    expect(isBuilt(directory.path, ["contracts/A.sol", "contracts/B.sol"])).to.equal(false);
    expect(isBuilt(directory.path, []), "everything").to.equal(false);
    await writeFile(at("contracts/A.sol"), "contract A { }");
    expect(isBuilt(directory.path, ["contracts/A.sol"])).to.equal(false);
  });

  it("is nothing after everything was compiled, until a source or the types are gone", async () => {
    noteBuilt(directory.path, ["contracts/A.sol"], true);
    expect(isBuilt(directory.path, [])).to.equal(true);
    noteBuilt(directory.path, ["contracts/A.sol"], false);
    expect(isBuilt(directory.path, ["contracts/B.sol"])).to.equal(true);
    await rm(at("types/index.ts"));
    expect(isBuilt(directory.path, [])).to.equal(false);
  });

  it("is a part only, where another part was compiled before from the same sources", () => {
    noteBuilt(directory.path, ["contracts/A.sol"], false);
    noteBuilt(directory.path, ["contracts/B.sol"], false);
    expect(isBuilt(directory.path, ["contracts/A.sol", "contracts/B.sol"])).to.equal(true);
  });
});

describe("a command", () => {
  /**
   * A loader that hides the contracts' types, as in a fresh clone. It is a data URL because the
   * test runner would load any file here.
   */
  const noTypes = `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from "node:module";
    registerHooks({
      resolve: (specifier, context, next) => {
        if (/\\/types\\/index\\.js$/.test(specifier)) throw new Error("the contracts are asked for");
        return next(specifier, context);
      },
    });`)}`;
  const run = (script: string, ...args: string[]): Promise<Ended> =>
    runScript(script, args, { NODE_OPTIONS: `--import tsx --import ${noTypes}` });
  const WRONG: readonly (readonly [string, readonly string[]])[] = [
    ["crash", ["--vaults", "0"]],
    ["crash", ["--frobnicate"]],
    ["deploy", ["--rpc", "nowhere"]],
    ["deploy", ["--network", "moon"]],
    ["deploy", ["--parameters", "none.json"]],
    ["keeper", ["--min-profit", "lots"]],
    ["keeper", ["--network", "moon"]],
    ["bench-gas", ["--frobnicate"]],
  ];

  for (const [script, args] of WRONG) {
    it(`refuses bad arguments before it needs the contracts: ${script} ${args.join(" ")}`, async () => {
      const { code, stdout, stderr } = await run(script, ...args);
      expect(stderr).to.match(/^--[a-z-]+: [^\n]+\n$/);
      expect([code, stdout]).to.deep.equal([2, ""]);
    });
  }

  for (const script of ["crash", "deploy", "keeper", "bench-gas"]) {
    it(`prints its help before it needs the contracts: ${script}`, async () => {
      const { code, stdout, stderr } = await run(script, "--help");
      expect([code, stderr]).to.deep.equal([0, ""]);
      expect(stdout).to.include("--help");
    });
  }

  it("needs them in the end: the tests above notice what they claim to", async () => {
    const { code, stderr } = await run("crash", "--vaults", "1");
    expect(code).to.equal(1);
    expect(stderr).to.include("the contracts are asked for");
  });
});
