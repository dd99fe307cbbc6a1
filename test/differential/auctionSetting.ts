import { type SystemParameters, parseParameters } from "../../src/protocol/parameters/convert.js";

const source = (answer: string) => ({
  feed: { mock: { decimals: 8, answer } },
  heartbeatSeconds: 3600,
  minAnswer: "0.00000001",
  maxAnswer: "1000000",
});

const asset = (symbol: string, decimals: number, answer: string) => ({
  symbol,
  token: { mock: { name: symbol, decimals } },
  primary: source(answer),
  ltvBps: 7500,
  liquidationThresholdBps: 8000,
  minBonusBps: 0,
  maxBonusBps: 1000,
  slopeBps: 2500,
  supplyCap: "1000000000",
});

/**
 * Two collaterals, one of them with two sources. `frozen`: lots keep the oracle price of their
 * start.
 */
export function parameters(frozen: boolean): SystemParameters {
  return parseParameters({
    debtAsset: { symbol: "USDX", token: { mock: { name: "Dollar", decimals: 6 } } },
    rate: {
      basePerYear: "0.02",
      kink: "0.8",
      slopeBelowPerYear: "0.05",
      slopeAbovePerYear: "0.75",
      maxPerYear: "2",
      reserveFactorBps: 1000,
      backstopFactorBps: 500,
    },
    system: { borrowCap: "1000000000", dust: "100", targetHealthBps: 10_500 },
    assets: [
      asset("AAA", 18, "2000"),
      // Two sources, so that liquidation price, lowest and highest price differ.
      { ...asset("BBB", 8, "2000"), secondary: source("2000"), maxDeviationBps: 500 },
    ],
    breaker: { enabled: false },
    auction: { cutBps: 300, maxGapSeconds: 1500, tailSeconds: 1800, flatTip: "1.5", frozen },
  });
}
