/** The smallest system: one mock collateral against a mock dollar. */
export const SMALLEST = {
  debtAsset: { symbol: "USDX", token: { mock: { name: "Dollar", decimals: 18 } } },
  rate: {
    basePerYear: "0",
    kink: "0.8",
    slopeBelowPerYear: "0.05",
    slopeAbovePerYear: "0.75",
    maxPerYear: "2",
    reserveFactorBps: 1000,
  },
  system: { borrowCap: "1000000", dust: "100", targetHealthBps: 10_500 },
  assets: [
    {
      symbol: "WETH",
      token: { mock: { name: "Ether", decimals: 18 } },
      primary: {
        feed: { mock: { decimals: 8, answer: "2000" } },
        heartbeatSeconds: 3600,
        minAnswer: "1",
        maxAnswer: "1000000",
      },
      ltvBps: 7500,
      liquidationThresholdBps: 8000,
      minBonusBps: 0,
      maxBonusBps: 1000,
      slopeBps: 2500,
      supplyCap: "1000000",
    },
  ],
};
