import type { ReplayResult } from "../../../src/lab/result/result.js";

/** Results of auctions, backstop, breaker and autopilot in a replay without any of them. */
export const NO_DEFENCES: Pick<ReplayResult, "absorptions" | "backstop" | "breaker" | "autopilot"> = {
  absorptions: {
    count: 0,
    debt: "0",
    lots: 0,
    takes: 0,
    remnantSales: 0,
    restarts: 0,
    proceeds: "0",
    repaid: "0",
    penalties: "0",
    tips: "0",
    tipsFromBackstop: "0",
    shortfall: "0",
    claimable: "0",
    remnantsSold: "0",
    stillOpen: "0",
    meanPriceToOracle: "0",
  },
  backstop: { openingCapital: "0", endingAssets: "0", profit: "0", sharePriceChange: "0" },
  breaker: { trips: 0, secondsPaused: 0 },
  autopilot: { plans: 0, executions: 0, sold: "0", repaid: "0", fees: "0", cost: "0" },
};
