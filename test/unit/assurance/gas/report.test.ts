import { readFileSync } from "node:fs";

import { expect } from "chai";

import { requireUnchanged } from "../../../../src/commands/benchGas.js";
import type { OurFigures, PeersFigures } from "../../../../src/assurance/gas/all.js";
import { REPORTED } from "../../../../src/assurance/gas/peers/reported.js";
import {
  FIGURES,
  changes,
  documented,
  figuresTable,
  ratio,
  reportedTable,
} from "../../../../src/assurance/gas/report.js";
import { attempt } from "../../../../src/cli/run.js";
import { plain } from "../../../../src/format/table.js";

const OURS = Object.fromEntries(FIGURES.map((name, i) => [name, 1_000 * (i + 1)])) as unknown as OurFigures;
const SINGLE = {
  depositFirst: 2_000,
  depositAgain: 1_000,
  borrow: 9_000,
  open: 4_001,
  repay: 5_000,
  withdrawWithDebt: 3_000,
  liquidate1: 7_000,
};
const PEERS: PeersFigures = {
  morpho: SINGLE,
  aaveV3: { ...SINGLE, liquidate3: 16_000, perFurtherCollateral: 27_000 },
};

/** The cells of the row that starts with `name`. */
function row(text: string, name: string): readonly string[] {
  const line = text.split("\n").find((l) => l.startsWith(`${name} `));
  return line?.split(/ {2,}/) ?? [];
}

describe("the gas report", () => {
  it("divides ours by theirs", () => {
    expect(ratio(1_000, 4_000)).to.equal("0.25");
    expect(ratio(3_000, 2_000)).to.equal("1.50");
    expect(ratio(1, undefined)).to.equal("");
  });

  it("puts each peer's figure and ratio beside ours", () => {
    const text = figuresTable(OURS, OURS, PEERS);
    expect(row(text, "depositFirst").slice(0, 6)).to.deep.equal([
      "depositFirst",
      "1,000",
      "2,000",
      "0.50",
      "2,000",
      "0.50",
    ]);
    expect(row(text, "liquidate3").slice(0, 4)).to.deep.equal(["liquidate3", "8,000", "16,000", "0.50"]);
  });

  it("shows no peers where none were measured", () => {
    const text = figuresTable(OURS, OURS, undefined);
    expect(text).not.to.match(/Morpho|Aave/);
    expect(row(text, "repay").slice(0, 2)).to.deep.equal(["repay", "5,000"]);
  });

  it("shows what changed since the snapshot, either way", () => {
    const text = figuresTable(OURS, { ...OURS, repay: 4_900, borrow: 3_001 }, undefined);
    expect(row(text, "repay")[2]).to.equal("+100");
    expect(row(text, "borrow")[2]).to.equal("-1");
  });

  it("finds every figure that differs, cheaper ones and missing ones too", () => {
    const lacking: Partial<OurFigures> = Object.fromEntries(
      Object.entries(OURS).filter(([n]) => n !== "repay"),
    );
    expect(changes(OURS, OURS)).to.deep.equal([]);
    expect(changes(OURS, lacking).map((c) => c.name)).to.deep.equal(["repay"]);
    for (const name of FIGURES) {
      for (const by of [-1, 1]) {
        expect(changes(OURS, { ...OURS, [name]: OURS[name] + by }).map((c) => c.name)).to.deep.equal([name]);
      }
    }
  });

  it("fails the check of a figure that differs, with exit code 1 and its name", async () => {
    const io = { out: () => undefined, note: () => undefined, tint: plain };
    const check = (snapshot: Partial<OurFigures>) =>
      attempt({ usage: "", summary: "", options: {} }, async () => requireUnchanged(OURS, snapshot), [], io);
    expect(await check(OURS)).to.deep.equal({ exitCode: 0 });
    const failed = await check({ ...OURS, liquidate1: 1 });
    expect(failed.exitCode).to.equal(1);
    expect(failed.error).to.match(/^gas: liquidate1: differ from the snapshot/);
  });

  it("has a snapshot with every figure of ours and nothing else", () => {
    const snapshot = JSON.parse(readFileSync("src/assurance/gas/gas.snapshot.json", "utf8")) as object;
    expect(Object.keys(snapshot)).to.deep.equal(["ours"]);
    expect(Object.keys((snapshot as { ours: object }).ours)).to.have.members([...FIGURES]);
  });

  it("stands in the documentation as in the snapshot", () => {
    const { ours } = JSON.parse(readFileSync("src/assurance/gas/gas.snapshot.json", "utf8")) as {
      ours: OurFigures;
    };
    for (const file of ["README.md", "docs/assurance/gas.md"]) {
      const text = readFileSync(file, "utf8");
      for (const name of FIGURES) {
        expect(row(text, name).slice(0, 2), file).to.deep.equal([name, ours[name].toLocaleString("en")]);
      }
    }
    expect(readFileSync("docs/assurance/gas.md", "utf8")).to.contain(reportedTable(REPORTED));
  });

  it("replaces the documented tables and nothing else", () => {
    const document = (tables: string) =>
      `before\n\n<!-- figures: written by --update -->\n\n\`\`\`\n${tables}\n\`\`\`\n\nafter\n`;
    expect(documented(document("old\n\nolder"), "new")).to.equal(document("new"));
    expect(() => documented("no place", "new")).to.throw("no place for the figures");
  });

  it("gives every figure from elsewhere a repository, and a place in it if it is published", () => {
    for (const { source, basis, gas, action } of REPORTED) {
      expect(source, action).to.match(
        basis === "published" ? /^[\w-]+\/[\w-]+(@[0-9a-f]{7})? .+/ : /^[\w-]+\/[\w-]+$/,
      );
      expect(gas, action).to.be.within(10_000, 1_000_000);
    }
    expect(reportedTable(REPORTED).split("\n")).to.have.length(REPORTED.length + 1);
  });
});
