import { existsSync, globSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { expect } from "chai";

/** Folders written by a build or an install. They hold no page of the project. */
const NOT_OURS = new Set([".git", "artifacts", "cache", "coverage", "node_modules", "out", "types"]);
/**
 * The top-level folders. A path that starts with one of them names a file or a folder of the
 * repository.
 */
const ROOM = /^(?:contracts|deploy\/parameters|docs|examples|scripts|src|test|\.ci|\.githooks|\.github)\//;
const TEST_NAME = /^(?:test|testFuzz|invariant)_\w+$|^[A-Z]\w+Test$/;

const files = readdirSync(".")
  .filter((name) => !NOT_OURS.has(name))
  .flatMap((name) =>
    statSync(name).isDirectory()
      ? readdirSync(name, { recursive: true, encoding: "utf8" }).map((file) => join(name, file))
      : [name],
  );
const textOf = (file: string): string => readFileSync(file, "utf8");
const pages = files.filter((file) => file.endsWith(".md")).map((file) => ({ file, text: textOf(file) }));
const sources = files.filter((file) => /^(contracts|deploy|scripts|src|test)\/.*\.(sol|ts)$/.test(file));

/** A page without its fenced blocks, in which brackets and hashes have another meaning. */
const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, "");

/** The anchors that GitHub generates for a page's headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** The problem of a link in a page, or null. */
function problemOf(file: string, target: string): string | null {
  const [path = "", anchor] = target.split("#");
  const goal = path === "" ? file : normalize(join(dirname(file), path));
  if (!existsSync(goal)) return `${file}: ${target}: no such file`;
  if (anchor === undefined) return null;
  return anchorsOf(textOf(goal)).has(anchor) ? null : `${file}: ${target}: no such heading`;
}

/** Every word in backticks, inline or fenced. */
const codeWords = (text: string): readonly string[] =>
  [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```|`([^`\n]+)`/gm)].flatMap(([, block, inline]) =>
    (block ?? inline ?? "").split(/[\s'",;()]+/),
  );

/** Whether a path of a page exists: as a file or folder, or as a pattern that something matches. */
function exists(path: string): boolean {
  // Strip a line number, or the contract name in Hardhat's notation.
  const bare = path.replace(/:\w+$/, "");
  return bare.includes("*") ? globSync(bare).length > 0 : existsSync(bare);
}

describe("the pages", () => {
  it("are found, in every room of the documents", () => {
    for (const file of ["README.md", "CONTRIBUTING.md", "docs/README.md", "docs/concepts/auctions.md"])
      expect(pages.map((page) => page.file)).to.include(file);
  });

  it("link to files and headings that exist", () => {
    const links = pages.flatMap(({ file, text }) =>
      [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => ({ file, target })),
    );
    const inside = links.filter(({ target }) => !/^[a-z]+:/.test(target));
    expect(inside.length).to.be.greaterThan(50);
    expect(inside.map(({ file, target }) => problemOf(file, target)).filter(Boolean)).to.deep.equal([]);
  });

  it("name paths of the repository that exist", () => {
    const named = pages.flatMap(({ file, text }) =>
      codeWords(text)
        // An angle bracket or an ellipsis stands for a name that the reader fills in.
        .filter((word) => ROOM.test(word) && !/[<>…]/.test(word))
        .map((path) => ({ file, path })),
    );
    expect(named.length).to.be.greaterThan(30);
    const missing = named.filter(({ path }) => !exists(path));
    expect(missing.map(({ file, path }) => `${file}: ${path}`)).to.deep.equal([]);
  });

  it("name tests that exist", () => {
    const defined = new Set(
      sources
        .filter((file) => file.endsWith(".sol"))
        .flatMap((file) => [...textOf(file).matchAll(/\b(?:function|contract) (\w+)/g)])
        .map(([, name]) => name),
    );
    const named = pages.flatMap(({ file, text }) =>
      codeWords(text)
        .filter((word) => TEST_NAME.test(word) && !word.startsWith("I"))
        .map((name) => ({ file, name })),
    );
    expect(named.length).to.be.greaterThan(50);
    const missing = named.filter(({ name }) => !defined.has(name));
    expect(missing.map(({ file, name }) => `${file}: ${name}`)).to.deep.equal([]);
  });

  it("are where comments in the code say they are", () => {
    const named = sources.flatMap((file) =>
      [...textOf(file).matchAll(/(?<![\w/])docs\/[\w./-]+\.md/g)].map(([path]) => ({ file, path })),
    );
    expect(named.length).to.be.greaterThan(10);
    const missing = named.filter(({ path }) => !existsSync(path));
    expect(missing.map(({ file, path }) => `${file}: ${path}`)).to.deep.equal([]);
  });

  it("can be reached from the index", () => {
    const reached = new Set<string>();
    const queue = ["docs/README.md"];
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      if (reached.has(file) || !existsSync(file)) continue;
      reached.add(file);
      if (!file.endsWith(".md")) continue;
      for (const [, target = ""] of prose(textOf(file)).matchAll(/\]\(([^)#\s]+)[^)\s]*\)/g))
        if (!/^[a-z]+:/.test(target)) queue.push(normalize(join(dirname(file), target)));
    }
    const lost = files.filter((file) => /^docs\/.*\.md$/.test(file) && !reached.has(file));
    expect(lost).to.deep.equal([]);
  });

  it("keep prose within 100 columns", () => {
    const long = pages.flatMap(({ file, text }) =>
      prose(text)
        .split("\n")
        // Tables and indented code may be wider.
        .filter((line) => line.length > 100 && !/^(\||<!--| {4,}\S)/.test(line))
        .map((line) => `${file}: ${line}`),
    );
    expect(long).to.deep.equal([]);
  });

  it("have the anchors that GitHub gives", () => {
    const text = "# The price\n## C/D 1.02, or `HF`\n```\n# no heading\n```\n## The price\n### a_b – c\n";
    expect([...anchorsOf(text)]).to.deep.equal(["the-price", "cd-102-or-hf", "the-price-1", "a_b--c"]);
  });

  it("would be refused with a dead link", () => {
    expect(problemOf("docs/README.md", "missing.md")).to.equal("docs/README.md: missing.md: no such file");
    expect(problemOf("docs/README.md", "../README.md#missing")).to.contain("no such heading");
    expect(problemOf("docs/README.md", "../README.md")).to.equal(null);
  });
});
