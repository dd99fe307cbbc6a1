import { stripVTControlCharacters } from "node:util";

import { expect } from "chai";

import { type Tint, plain } from "../../../../src/format/table.js";
import { renderVerdict } from "../../../../src/lab/report/terminal/verdict.js";
import { crashPrices, syntheticReplay } from "../../../support/lab/replay.js";

const marked: Tint = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  faint: (text) => `\u001b[2m${text}\u001b[22m`,
};

describe("Verdict", () => {
  const { result } = syntheticReplay();
  const text = renderVerdict(result, plain);
  const lines = text.split("\n");

  it("begins with a sentence", () => {
    expect(lines[0]).to.match(/^[A-Z].*\.$/);
  });

  it("fits a terminal", () => {
    for (const replay of [
      syntheticReplay(),
      syntheticReplay({ keeper: false }),
      syntheticReplay({ prices: crashPrices(50), vaults: 1 }),
      syntheticReplay({ prices: crashPrices(50).map((p) => 300 * p) }, (r) => ({
        badDebt: { ...r.badDebt, net: "1234567890.12", gross: "1234567890.12", booked: "1234567890.12" },
        opening: { debt: "1234567890.12", collateralValue: "9234567890.12", lent: "3234567890.12" },
      })),
    ]) {
      const printed = renderVerdict(replay.result, plain).split("\n");
      expect(printed.length).to.be.at.most(40);
      for (const line of printed) expect(line.length, line).to.be.at.most(100);
    }
  });

  it("shows amounts with their unit, two decimals and separators", () => {
    const odd = syntheticReplay({}, (r) => ({
      liquidations: { ...r.liquidations, debtRepaid: "1234567.891" },
      borrowers: { ...r.borrowers, collateralReturnedMedian: "0.87654" },
      keepers: { ...r.keepers, failedTransactions: 4321 },
      badDebt: { ...r.badDebt, impliedMax: "0.00123" },
      balance: { ...r.balance, rows: r.balance.rows.map((row) => ({ ...row, net: "-12.5" })) },
    }));
    const printed = renderVerdict(odd.result, plain);
    for (const figure of ["1,234,567.89 USDC", "87.65 %", "-12.50 ", "0.00123 USDC", "4,321"]) {
      expect(printed).to.include(figure);
    }
  });

  it("aligns values at the right", () => {
    const ends = lines
      .filter((line) => /\d USDC( {2}|$)/.test(line))
      .map((line) => / USDC(?= {2}|$)/.exec(line)?.index);
    expect(new Set(ends).size).to.equal(1);
  });

  it("has colour only through the tint, and the same words", () => {
    expect(stripVTControlCharacters(text)).to.equal(text);
    const coloured = renderVerdict(result, marked);
    expect(coloured).not.to.equal(text);
    expect(stripVTControlCharacters(coloured)).to.equal(text);
  });

  it("says that checks failed, in the warning colour", () => {
    const failed = syntheticReplay({}, (r) => ({ checks: { ...r.checks, modelMismatches: 3 } }));
    const [first = ""] = renderVerdict(failed.result, marked).split("\n");
    expect(first).to.include("\u001b[31mCHECKS FAILED: 0 invariant violations, 3 differences");
  });
});
