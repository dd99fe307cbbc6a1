import { existsSync, globSync } from "node:fs";
import { dirname } from "node:path";

import { expect } from "chai";

/** Files without tests of their own name, and the tests that cover them. */
const TESTED_ELSEWHERE: Readonly<Record<string, string>> = {
  "contracts/core/base/VaultEngineBase.sol": "test/contracts/core/VaultEngine",
  "contracts/core/base/AuctionHouseBase.sol": "test/contracts/core/AuctionHouse",
  "contracts/core/base/LendingPoolBase.sol": "test/contracts/core/LendingPool",
  "contracts/policy/base/OracleGuardBase.sol": "test/contracts/policy/OracleGuard",
  "contracts/storage/VaultStorage.sol": "test/contracts/core/VaultEngine",
  "contracts/storage/AuctionValuation.sol": "test/contracts/core/AuctionHouse",
};

/** Folders of src/ without unit tests, and the tests that cover them. */
const COVERED_BY: Readonly<Record<string, string>> = {
  "src/cli": "test/e2e/cli",
  "src/commands": "test/e2e/cli",
  "src/protocol": "test/unit/protocol",
  "src/keeper": "test/integration/keeper",
  "src/keeper/chain": "test/integration/keeper",
  "src/keeper/execute": "test/integration/keeper",
  "src/keeper/report": "test/integration/keeper",
  "src/lab/agents": "test/integration/lab",
  "src/lab/accounting": "test/unit/lab/accounting",
  "src/lab/result": "test/e2e/cli",
  "src/package": "test/e2e/package",
  "src/model": "test/differential",
  "src/model/types": "test/differential",
  "src/model/math": "test/differential",
  "src/model/prices": "test/differential",
  "src/model/policy": "test/differential",
  "src/model/core": "test/differential",
  "src/twin/operations": "test/unit/twin",
};

/** The tests that the table names for the folder, or for the nearest folder above it. */
function coveringOf(room: string): string | undefined {
  for (let at = room; at !== "."; at = dirname(at)) if (at in COVERED_BY) return COVERED_BY[at];
  return undefined;
}

describe("the tests", () => {
  it("stand where their contracts stand: test/contracts mirrors contracts/", () => {
    const sources = globSync("contracts/{core,policy,periphery,storage,libraries}/**/*.sol");
    expect(sources.length).to.be.greaterThan(40);
    const missing = sources.filter((source) => {
      const mirror = source.replace(/^contracts/, "test/contracts").replace(/\.sol$/, "");
      return !existsSync(`${mirror}.t.sol`) && !existsSync(mirror) && !(source in TESTED_ELSEWHERE);
    });
    expect(missing).to.deep.equal([]);
  });

  it("stand where their rooms stand: test/unit mirrors src/", () => {
    const rooms = [...new Set(globSync("src/**/*.ts").map(dirname))];
    expect(rooms.length).to.be.greaterThan(20);
    const missing = rooms.filter((room) => {
      const mirror = room.replace(/^src/, "test/unit");
      // The tests of a folder may be in the mirror of its parent.
      const near = [mirror, dirname(mirror)].some((folder) => globSync(`${folder}/*.test.ts`).length > 0);
      return !near && coveringOf(room) === undefined;
    });
    expect(missing).to.deep.equal([]);
  });

  it("are where the exceptions say", () => {
    for (const [source, test] of [...Object.entries(TESTED_ELSEWHERE), ...Object.entries(COVERED_BY)]) {
      expect(existsSync(source), source).to.equal(true);
      expect(existsSync(test), test).to.equal(true);
    }
  });
});
