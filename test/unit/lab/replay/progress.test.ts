import { expect } from "chai";

import { type Screen, ProgressLine } from "../../../../src/lab/replay/progress.js";

/** A screen that records its output, and a clock set by the test [ms]. */
function setting(isTTY: boolean): { line: ProgressLine; text: () => string; pass: (ms: number) => void } {
  let [text, time] = ["", 0];
  const screen: Screen = { isTTY, write: (more) => (text += more) };
  const line = new ProgressLine(screen, "", () => time);
  return { line, text: () => text, pass: (ms) => void (time += ms) };
}

describe("Progress", () => {
  it("is told to a pipe in at most one line for ten percent, from the first thing done", () => {
    const { line, text } = setting(false);
    for (let done = 0; done <= 1000; done++) line.show({ phase: "replaying", done, total: 1000, time: done });
    const lines = text().trimEnd().split("\n");
    expect(lines[0]).to.equal("Replaying: 10 %");
    expect(lines).to.have.length(10);
    expect(lines.at(-1)).to.equal("Replaying: 100 %");
  });

  it("is a bar on a terminal, drawn again for each percent and taken away at the end", () => {
    const { line, text, pass } = setting(true);
    line.show({ phase: "opening", done: 0, total: 200 });
    expect(text()).to.equal("\r\u001B[KOpening vaults [........................] 0 %");
    pass(4000);
    line.show({ phase: "opening", done: 100, total: 200 });
    line.show({ phase: "opening", done: 101, total: 200 });
    expect(text().endsWith("[############............] 50 %, about 4 s left")).to.equal(true);
    line.clear();
    expect(text().endsWith("\r\u001B[K")).to.equal(true);
    expect(text()).not.to.include("\n");
  });

  it("estimates the time left from this phase alone", () => {
    const { line, text, pass } = setting(false);
    pass(100_000);
    line.show({ phase: "opening", done: 10, total: 10 });
    line.show({ phase: "replaying", done: 0, total: 100 });
    pass(30_000);
    line.show({ phase: "replaying", done: 20, total: 100 });
    expect(text()).to.match(/Replaying: 20 %, about 2 min left\n$/);
  });

  it("says where a replay stopped", () => {
    const { line } = setting(false);
    expect(line.where()).to.equal("Stopped before the replay began.");
    line.show({ phase: "opening", done: 400, total: 1000 });
    expect(line.where()).to.equal("Stopped: 400 of 1,000 vaults opened (40 %).");
    line.begin("2 of 5, no backstop");
    line.show({ phase: "replaying", done: 50, total: 200, time: 1_583_971_200 });
    expect(line.where()).to.equal(
      "Stopped: 2 of 5, no backstop, step 50 of 200 (25 %), at 2020-03-12 00:00 UTC of the scenario.",
    );
  });
});
