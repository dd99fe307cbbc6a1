import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

/** Number of incidents that every version of the document must answer. */
const INCIDENTS = 31;

const rows = readFileSync("docs/assurance/incidents.md", "utf8")
  .split("\n")
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, number, incident, source, cover]) => ({
    number: Number(number),
    incident: incident ?? "",
    source: source ?? "",
    cover: cover ?? "",
  }));

const quoted = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
const isTest = (name: string): boolean => /^(test|testFuzz|invariant)_\w+$/.test(name);

const defined = new Set(
  readdirSync("test/contracts", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sol"))
    .flatMap((file) => [
      ...readFileSync(join("test/contracts", file), "utf8").matchAll(/\bfunction (\w+)\(/g),
    ])
    .map(([, name]) => name),
);

describe("the document on incidents", () => {
  it("answers every incident, in order, each with its source", () => {
    expect(rows.map(({ number }) => number)).to.deep.equal(
      Array.from({ length: INCIDENTS }, (_, i) => i + 1),
    );
    for (const { number, incident, source } of rows)
      expect([incident, source], `row ${number}`).to.not.include("");
  });

  it("names a test for each, or says why it cannot apply", () => {
    const open = rows.filter(
      ({ cover }) => !quoted(cover).some(isTest) && !cover.startsWith("cannot apply:"),
    );
    expect(open).to.deep.equal([]);
  });

  it("names only tests and files that exist", () => {
    const names = rows.flatMap(({ cover }) => quoted(cover));
    const missing = names.filter((name) => (isTest(name) ? !defined.has(name) : !existsSync(name)));
    expect(missing).to.deep.equal([]);
  });
});
