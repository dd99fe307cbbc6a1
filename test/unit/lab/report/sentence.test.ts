import { expect } from "chai";
import { lotPriceChart } from "../../../../src/lab/report/charts/auctions.js";
import { figureGroups } from "../../../../src/lab/report/text/figures.js";
import { keeperWords, sentence } from "../../../../src/lab/report/text/sentence.js";
import { syntheticReplay } from "../../../support/lab/replay.js";

describe("Verdict sentence", () => {
  const cases = [
    ["No bad debt.", { net: "0", gross: "0", booked: "0", implied: "0", impliedMax: "0", covered: "0" }],
    [
      "No bad debt at the end; 7.50 USDC at the worst moment.",
      { net: "0", gross: "0", booked: "0", implied: "0", impliedMax: "7.5", covered: "0" },
    ],
    [
      "Lenders lost nothing: the reserve covered 3.00 USDC of bad debt.",
      { net: "0", gross: "3", booked: "3", implied: "0", impliedMax: "0", covered: "3", reserve: "3" },
    ],
    [
      "Lenders lost nothing: backstop and reserve covered 3.00 USDC of bad debt.",
      {
        net: "0",
        gross: "3",
        booked: "3",
        implied: "0",
        impliedMax: "0",
        covered: "3",
        backstop: "2",
        reserve: "1",
      },
    ],
    [
      "Bad debt of 0.000001 USDC, < 0.01 % of the opening debt.",
      {
        net: "0.000001",
        gross: "0.000001",
        booked: "0.000001",
        implied: "0",
        impliedMax: "0",
        covered: "0",
      },
    ],
  ] as const;
  const NOBODY = { backstop: "0", reserve: "0", lenders: "0" };
  const UNPAID = { ...NOBODY, impliedPayers: NOBODY };
  for (const [headline, badDebt] of cases) {
    it(headline, () => {
      const { result } = syntheticReplay({ vaults: 30 }, () => ({ badDebt: { ...UNPAID, ...badDebt } }));
      expect(sentence(result).headline).to.equal(headline);
    });
  }

  it("says for how long nobody acted", () => {
    const silence = { from: "2020-03-12T00:00:00Z", until: "2020-03-12T12:00:00Z" };
    const { result } = syntheticReplay({ vaults: 30 }, () => ({ keeper: "silent" as const, silence }));
    expect(sentence(result).body).to.include(", nobody acting for 12 h of the crash.");
    expect(keeperWords(result)).to.equal("nobody acting from 2020-03-12 00:00 UTC for 12 h");
  });

  it("says of everybody who lost collateral how", () => {
    const { result } = syntheticReplay({ vaults: 600 }, () => ({
      affected: { vaults: 561, liquidatedOnly: 238, absorbedOnly: 182, both: 141 },
    }));
    expect(sentence(result).body).to.include(
      "561 of 600 vaults lost collateral: 238 liquidated, 182 absorbed whole, 141 both.",
    );
    const one = { ...result, affected: { vaults: 9, liquidatedOnly: 0, absorbedOnly: 9, both: 0 } };
    expect(sentence(one).body).to.include("9 of 600 vaults lost collateral, all absorbed whole.");
  });

  it("says that a loss is not booked where nobody called, and who would carry it", () => {
    const { result } = syntheticReplay({ keeper: false }, (r) => ({
      badDebt: {
        ...r.badDebt,
        implied: "12",
        impliedPayers: { backstop: "10.5", reserve: "0", lenders: "1.5" },
      },
      latencyBlocks: { p50: 3, p95: null, max: 7, unresolved: 9 },
    }));
    expect(sentence(result).body).to.include(
      "12.00 USDC is implied and not booked, because nobody called: the backstop would carry 10.50 USDC of it, the reserve nothing, lenders 1.50 USDC.",
    );
    const latency = figureGroups(result).find(({ title }) => title === "Latency")?.figures[0];
    expect(latency?.value).to.equal("not resolved");
  });

  it("counts purchases the same on the card and under the chart", () => {
    const replay = syntheticReplay({}, (r) => ({
      absorptions: { ...r.absorptions, takes: 3, remnantSales: 1 },
    }));
    const words = "3 purchases, and 1 sale of residuals";
    const take = { time: 0, block: 1, transaction: "0x", asset: 0, cost: 5n, oracleValue: 6n, profit: 0n };
    const takes = [0n, 1n, 1n, 2n].map((id) => ({ ...take, id, time: replay.steps[0]?.time ?? 0 }));
    expect(JSON.stringify(figureGroups(replay.result))).to.include(words);
    expect(lotPriceChart({ ...replay, takes }).caption).to.include(words);
  });

  it("says that nobody acted", () => {
    const { result } = syntheticReplay({ keeper: false });
    expect(sentence(result).body).to.include("None of 1,000 vaults lost collateral with the keeper off.");
  });
});
