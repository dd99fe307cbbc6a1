import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";

/** Widest comment line, its indentation included; code may be wider. */
const MAX_COLUMNS = 100;

const sources = globSync("contracts/**/*.sol");

describe("the comments of the contracts", () => {
  it(`take at most ${MAX_COLUMNS} columns`, () => {
    expect(sources).to.include("contracts/core/VaultEngine.sol");
    const wide = sources.flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
        .filter(({ line }) => /^\s*(\/\/|\/\*|\*)/.test(line) && line.length > MAX_COLUMNS)
        .map(({ place }) => place),
    );
    expect(wide).to.deep.equal([]);
  });
});
