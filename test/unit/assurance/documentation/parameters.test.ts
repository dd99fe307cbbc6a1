import { readFile } from "node:fs/promises";

import { expect } from "chai";

import { regenerated } from "../../../../src/assurance/documentation/blocks.js";
import {
  DEPLOYMENT_SECTIONS,
  defaultIn,
  deploymentTable,
  settingsTable,
} from "../../../../src/assurance/documentation/parameters.js";
import { pages } from "../../../../src/assurance/documentation/pages.js";
import { withResults } from "../../../../src/assurance/documentation/results.js";
import { syntheticReplay } from "../../../support/lab/replay.js";
import { loadScenario } from "../../../../src/lab/scenario/scenario.js";
import { Settings } from "../../../../src/lab/config/settings.js";

const FIX = "differs from the code: run npx tsx scripts/docs.ts --update";
/** A default stated in prose: `section.key` (12.5 %). */
const NAMED = /`(\w+)\.(\w+)` \((\d[\d.,]*)(?: (%|bps|s|min|h|days?|million))?\)/g;

/** Every document, by name. */
async function documents(): Promise<readonly (readonly [string, string])[]> {
  const names = await pages(new URL("../../../../", import.meta.url));
  return await Promise.all(names.map(async (name) => [name, await readFile(name, "utf8")] as const));
}

describe("The documents", () => {
  it("have tables of parameters as the code has them", async () => {
    let blocks = 0;
    for (const [name, text] of await documents()) {
      expect(regenerated(text) === text, `${name} ${FIX}`).to.equal(true);
      blocks += text.split("<!-- end -->").length - 1;
    }
    expect(blocks).to.be.greaterThan(20);
  });

  it("list every section of parameters, and every setting of the lab", async () => {
    const text = await readFile("docs/reference/parameters.md", "utf8");
    for (const section of DEPLOYMENT_SECTIONS) expect(text).to.include(`<!-- parameters: ${section} -->`);
    for (const name of new Settings(["WETH"], []).names())
      expect(text).to.include(`\`${name.slice(0, name.indexOf("="))}\``);
  });

  it("name defaults of the lab in prose as they are", async () => {
    let named = 0;
    for (const [name, text] of await documents()) {
      for (const [all, section = "", key = "", figure = "", unit = ""] of text.matchAll(NAMED)) {
        named += 1;
        const told = Number(figure.replaceAll(",", ""));
        const actual = defaultIn(section, key, unit);
        expect(actual, `${name}: ${all}: no such setting`).not.to.equal(null);
        expect(Math.abs((actual ?? Number.NaN) - told) < 1e-9, `${name}: ${all}: it is ${actual}`).to.equal(
          true,
        );
      }
    }
    expect(named).to.be.at.least(10);
  });

  it("regenerate what somebody edits, and refuse a block of what does not exist", () => {
    const fresh = regenerated("<!-- settings: debt -->\nold\n<!-- end -->\nrest");
    expect(fresh).to.equal(`<!-- settings: debt -->\n\n${settingsTable("debt")}\n\n<!-- end -->\nrest`);
    expect(regenerated(fresh)).to.equal(fresh);
    expect(() => regenerated("<!-- parameters: moon -->\n<!-- end -->")).to.throw(
      RangeError,
      "parameters: moon: must be one of governance, ",
    );
  });

  it("have a table of results with a column for each replay, which another replay would change", () => {
    const { result } = syntheticReplay({ vaults: 30 });
    const worse = { ...result, borrowers: { ...result.borrowers, loss: "1234567.5" } };
    const text = "before\n<!-- results -->\nold\n<!-- end -->\nafter";
    const fresh = withResults(text, [result, worse, result]);
    const row = /\| borrowers' whole loss \|([^\n]*)\|/.exec(fresh)?.[1] ?? "";
    expect(row.split("|")).to.have.length(3);
    expect(row).to.include("1,234,568");
    expect(fresh.startsWith("before\n") && fresh.endsWith("\nafter")).to.equal(true);
    expect(withResults(fresh, [result, worse, result])).to.equal(fresh);
    expect(withResults(fresh, [result, result, result])).not.to.equal(fresh);
    expect(withResults("no table", [result])).to.equal("no table");
  });

  it("show of a parameter its default and what is allowed", () => {
    expect(deploymentTable("breaker")).to.match(/\| `windowSeconds` +\| 3600 +\| 60 to 86400 +\|/);
    expect(deploymentTable("governance")).to.match(
      /\| `guardian` +\| deployer \| "deployer" or an address \|/,
    );
    expect(settingsTable("oracle")).to.match(/\| `oracle.deviationBps` +\| 50 +\| 0.5 % +\|/);
  });
});

describe("The shipped scenario's notes", () => {
  it("do not say that a vault nobody liquidates stays open", async () => {
    const { notes } = await loadScenario("black-thursday-2020");
    const all = notes.join(" ");
    expect(all).not.to.match(/stays open|implied bad debt/);
    expect(all).to.include("may be absorbed: its collateral is auctioned");
  });
});
