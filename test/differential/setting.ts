import { type SystemParameters, parseParameters } from "../../src/protocol/parameters/convert.js";

const mock = (name: string, decimals: number) => ({ mock: { name, decimals } });
const source = (answer: string, max: string) => ({
  feed: { mock: { decimals: 8, answer } },
  heartbeatSeconds: 86_400,
  minAnswer: "0.0001",
  maxAnswer: max,
});
const risk = { minBonusBps: 0, maxBonusBps: 1000, slopeBps: 2500, supplyCap: "100000" };

/** Three collaterals of 18, 8 and 6 decimals. One has two sources, and one has a composed price. */
export function parameters(debtDecimals: number): SystemParameters {
  return parseParameters({
    debtAsset: { symbol: "USDX", token: mock("Dollar", debtDecimals), source: source("1", "100") },
    rate: {
      basePerYear: "0.01",
      kink: "0.8",
      slopeBelowPerYear: "0.05",
      slopeAbovePerYear: "0.75",
      maxPerYear: "2",
      reserveFactorBps: 1000,
    },
    // `maxGap` is as long as the tail, so that lots without a checkpoint expire.
    auction: { maxGapSeconds: 3600 },
    system: { borrowCap: "700000", dust: "100", targetHealthBps: 10500, stuckHealthBps: 9_800 },
    assets: [
      {
        symbol: "WETH",
        token: mock("Ether", 18),
        primary: source("2000", "1000000"),
        ltvBps: 7500,
        liquidationThresholdBps: 8000,
        ...risk,
      },
      {
        symbol: "WBTC",
        token: mock("Bitcoin", 8),
        primary: source("60000", "9000000"),
        secondary: source("60100", "9000000"),
        maxDeviationBps: 200,
        ltvBps: 7000,
        liquidationThresholdBps: 7700,
        ...risk,
        supplyCap: "1.2",
      },
      {
        symbol: "EURX",
        token: mock("Euro", 6),
        primary: source("1.1", "100"),
        composed: true,
        ltvBps: 8500,
        liquidationThresholdBps: 9000,
        ...risk,
        minBonusBps: 100,
        maxBonusBps: 300,
        slopeBps: 10000,
      },
    ],
  });
}
