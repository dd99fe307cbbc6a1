import { expect } from "chai";

import { estimateSeconds, longRun } from "../../../../src/lab/replay/estimate.js";

describe("The time a run takes", () => {
  it("grows with steps, with vaults and with replays", () => {
    expect(estimateSeconds(3449, 1000)).to.be.within(20, 120);
    expect(estimateSeconds(6898, 1000)).to.be.greaterThan(1.8 * estimateSeconds(3449, 1000));
    expect(estimateSeconds(3449, 10_000)).to.be.greaterThan(5 * estimateSeconds(3449, 1000));
    expect(estimateSeconds(3449, 1000, 5)).to.be.greaterThan(4.9 * estimateSeconds(3449, 1000));
  });

  it("is told before the run only where it is long", () => {
    expect(longRun(3449, 1000)).to.equal(null);
    expect(longRun(500_000, 10_000)).to.match(
      /^This takes about \d+ h \d+ min: 500,000 steps with 10,000 vaults\.$/,
    );
    expect(longRun(500_000, 10_000, 5)).to.match(/^This takes about \d+ d \d+ h: 5 replays of 500,000 steps/);
  });
});
