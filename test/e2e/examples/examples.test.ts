import { expect } from "chai";
import { readFileSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { CRASH, crash } from "../../../src/commands/crash.js";
import { parseKeeper } from "../../../src/lab/config/options.js";
import { Settings } from "../../../src/lab/config/settings.js";
import { replay } from "../../../src/lab/replay/replay.js";
import { loadScenario, parseScenario, scenarioOfPrices } from "../../../src/lab/scenario/scenario.js";
import { expectInputError, expectSound } from "../../support/lab/lab.js";
import { runHere } from "../../support/here.js";
import { runScript, scratch } from "../../support/process.js";

const PRICES = "examples/prices";

/** Output of an example. An example runs when it is imported, as it does for its readers. */
async function printed(example: string): Promise<string[]> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string): void => void lines.push(line);
  try {
    await import(`../../../examples/${example}.js`);
  } finally {
    console.log = log;
  }
  return lines;
}

describe("the examples", () => {
  it("open a vault, and liquidate it after a fall of the price", async () => {
    expect(await printed("borrow")).to.deep.equal([
      "10 WETH at 2,000, debt 14,000 USDX: health factor 1.143",
      "WETH falls to 1,700: health factor 0.971",
      "liquidated: health factor 1.050",
      "the liquidator has 2.682 WETH",
    ]);
  });

  it("deposit into the backstop, and leave after a request", async () => {
    expect(await printed("backstop")).to.deep.equal([
      "deposited: 1000 USDX",
      "requested: at most 1000 USDX, payable for 48 hours",
      "payable now: 0 USDX",
      "payable after three days: 1000 USDX",
      "left with 1000 USDX",
    ]);
  });

  it("liquidate without capital, through the callback", async () => {
    expect(await printed("flash-liquidator/liquidate")).to.deep.equal([
      "health factor before: 0.971",
      "the contract holds 0 USDX",
      "health factor after: 1.050",
      "profit: 3.86 USDX",
    ]);
  });

  it("are price files that a crash replays, with vaults lost in each and every check passed", async () => {
    const base = await loadScenario("black-thursday-2020");
    const files = (await readdir(PRICES)).sort();
    expect(files).to.deep.equal(["bars.csv", "market.csv", "rounds.csv"]);
    for (const file of files) {
      const scenario = scenarioOfPrices(await readFile(join(PRICES, file), "utf8"), file, base);
      const run = await replay({
        scenario,
        settings: new Settings(["WETH"], []),
        vaults: 20,
        seed: 1,
        keeper: parseKeeper("on"),
        command: "",
      });
      expectSound(run);
      expect(run.result.liquidations.count, file).to.be.greaterThan(0);
    }
  });

  it("are a scenario of your own that the crash command replays", async () => {
    const directory = await scratch();
    const args = ["examples/custom-scenario.json", "--vaults", "20", "--out", directory.path];
    const { code, stdout } = await runScript("crash", args);
    const page = await readFile(join(directory.path, "report.html"), "utf8");
    await directory.remove();
    expect(stdout).to.include("WETH fell 19.7 % from 2,000.00 USDX to 1,607.00 USDX.");
    expect(page).to.include("WBTC").and.to.include("npm run crash -- examples/custom-scenario.json");
    expect(code).to.equal(0);
  });
});

describe("a scenario file that cannot be used", () => {
  const text = readFileSync("examples/custom-scenario.json", "utf8");
  const changed = (
    change: (scenario: { assets: { decimals: unknown; path: unknown[] }[] }) => void,
  ): string => {
    const scenario = JSON.parse(text) as Parameters<typeof change>[0];
    change(scenario);
    return JSON.stringify(scenario);
  };

  for (const [what, given, message] of [
    ["is not JSON", "{", /^scenario: "my.json": must be JSON: /],
    ["lacks a field", "{}", /^scenario: "my.json": name: missing: /],
    [
      "has a price of zero",
      text.replace('"1988"', '"0"'),
      /^scenario: "my.json": assets\[0\]\.path\[0\]\.bars\[0\]\[3\]: "0": must be a positive decimal number/,
    ],
    [
      "has an asset without prices",
      changed(({ assets }) => (assets[1]!.path = [])),
      /^scenario: "my.json": assets\[1\]\.path: \[\]: /,
    ],
  ] as const) {
    it(`is refused because it ${what}`, () =>
      expectInputError(() => parseScenario(given, "my.json"), message));
  }

  it("is refused because it is missing, with exit code 2", async () => {
    const { code, stderr } = await runHere(CRASH, crash, ["no/such.json"]);
    expect(stderr).to.equal('scenario: "no/such.json": cannot be read (ENOENT)\n');
    expect(code).to.equal(2);
  });
});
