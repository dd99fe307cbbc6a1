import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../../..", import.meta.url));

describe("the Solidity test harness", () => {
  it("fails the canary: a broken invariant and a broken property are found and reported", () => {
    const hardhat = join(dirname(require.resolve("hardhat/package.json")), "dist/src/cli.js");
    const run = spawnSync(
      process.execPath,
      [
        hardhat,
        "--config",
        "test/e2e/canary/hardhat.config.ts",
        "test",
        "solidity",
        "test/e2e/canary/Canary.t.sol",
      ],
      { cwd: root, encoding: "utf8" },
    );
    const output = run.stdout + run.stderr;
    expect(run.status, output).to.be.a("number").and.not.equal(0);
    expect(output).to.match(/\d+\) invariant_canaryMustFail/);
    expect(output).to.match(/\d+\) testFuzz_canaryMustFail/);
    expect(output).to.contain("2 failing");
    expect(output).to.contain("the canary sang");
  }).timeout(120_000);
});
