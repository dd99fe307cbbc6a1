import { expect } from "chai";

import { type FileCoverage, percent, ranges, summarise } from "../../../../src/assurance/coverage/summary.js";

const file = (executed: number, of: number): FileCoverage => ({
  executedLines: executed,
  lines: of,
  executedStatements: 2 * executed,
  statements: 3 * of,
  missing: [],
});

describe("the coverage summary", () => {
  it("adds up our contracts, whatever their size, and neither mocks nor tests", () => {
    const summary = summarise(
      new Map([
        ["contracts/libraries/B.sol", file(1, 1)],
        ["contracts/A.sol", file(2, 9)],
        ["contracts/mocks/C.sol", file(0, 1_000)],
        ["test/contracts/D.t.sol", file(0, 1_000)],
      ]),
    );
    expect(summary.files.map(({ path }) => path)).to.deep.equal([
      "contracts/A.sol",
      "contracts/libraries/B.sol",
    ]);
    expect(summary.line).to.equal(30);
    expect(summary.statement).to.equal(20);
  });

  it("counts a file without statements as covered", () => {
    expect(percent(0, 0)).to.equal(100);
    expect(percent(0, 1)).to.equal(0);
  });

  it("shortens runs of lines", () => {
    expect(ranges([1, 2, 3, 7, 9, 10])).to.equal("1-3, 7, 9-10");
    expect(ranges([])).to.equal("");
  });
});
