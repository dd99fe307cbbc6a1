import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";

/** Widest comment line, its indentation included; code may be wider. */
const MAX_COLUMNS = 100;

const SOURCES = ["contracts/**/*.sol", "{src,deploy,scripts,examples}/**/*.ts", "test/**/*.{ts,sol}"];

describe("the comments", () => {
  for (const pattern of SOURCES) {
    it(`of ${pattern} take at most ${MAX_COLUMNS} columns`, () => {
      const sources = globSync(pattern);
      expect(sources.length).to.be.greaterThan(50);
      const wide = sources.flatMap((file) =>
        readFileSync(file, "utf8")
          .split("\n")
          .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
          .filter(({ line }) => /^\s*(\/\/|\/\*|\*)/.test(line) && line.length > MAX_COLUMNS)
          .map(({ place }) => place),
      );
      expect(wide).to.deep.equal([]);
    });
  }
});
