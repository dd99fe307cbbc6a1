import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

const HEADER = ["term", "meaning", "unit", "where the field has it from", "in code"];

const cellsOf = (line: string): readonly string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
const lines = readFileSync("docs/glossary.md", "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|") && !/^\| -/.test(line));
const rows = lines.map(cellsOf).filter(([term]) => term !== "term");

const words = new Set(
  ["contracts", "src"].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(sol|ts)$/.test(file))
      .flatMap((file) => readFileSync(join(room, file), "utf8").match(/\w+/g) ?? []),
  ),
);
const namesIn = (cell: string): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

describe("the glossary", () => {
  it("has the same columns in every table", () => {
    const headers = lines.map(cellsOf).filter(([term]) => term === "term");
    expect(headers.length).to.be.greaterThan(3);
    for (const header of headers) expect(header).to.deep.equal(HEADER);
    for (const row of rows) expect(row, row.join(" | ")).to.have.length(HEADER.length);
  });

  it("explains each term once, in one sentence", () => {
    const terms = rows.map(([term]) => term);
    expect(terms.length).to.be.greaterThan(50);
    expect(new Set(terms).size).to.equal(terms.length);
    const vague = rows.filter(([, meaning = ""]) => meaning === "" || /\.(\s|$)/.test(meaning));
    expect(vague.map(([term]) => term)).to.deep.equal([]);
  });

  it("names every term in the code", () => {
    const nameless = rows.filter((row) => namesIn(row[4] ?? "").length === 0);
    expect(nameless.map(([term]) => term)).to.deep.equal([]);
    const missing = rows.flatMap((row) => namesIn(row[4] ?? "").filter((name) => !words.has(name)));
    expect(missing).to.deep.equal([]);
  });
});
