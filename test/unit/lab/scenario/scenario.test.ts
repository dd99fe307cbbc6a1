import { expect } from "chai";

import {
  type Scenario,
  crashStartOf,
  loadScenario,
  scenarioNames,
  scenarioOfPrices,
} from "../../../../src/lab/scenario/scenario.js";
import { InputError } from "../../../../src/format/inputError.js";
import { WAD, expectInputError, priceRows, wad } from "../../../support/lab/lab.js";

const utc = (text: string): number => Date.parse(`2020-03-${text}Z`) / 1000;
const GWEI = 10n ** 9n;

describe("the scenario of Black Thursday", () => {
  let scenario: Scenario;
  before(async () => {
    scenario = await loadScenario("black-thursday-2020");
  });

  const priceAt = (text: string): bigint | undefined =>
    scenario.prices[scenario.times.indexOf(utc(text))]?.[0];
  const between = (from: string, to: string): bigint[] =>
    scenario.times.flatMap((time, i) =>
      time >= utc(from) && time < utc(to) ? [scenario.prices[i]![0]!] : [],
    );
  const low = (prices: readonly bigint[]): bigint => prices.reduce((a, b) => (b < a ? b : a));

  it("has 3,449 steps of one asset, always forward, never more than two minutes apart", () => {
    expect(scenario.times).to.have.length(3449);
    expect(scenario.prices).to.have.length(3449);
    expect(scenario.assets).to.deep.equal([{ symbol: "WETH", decimals: 18 }]);
    scenario.times.slice(1).forEach((time, i) => {
      expect(time - scenario.times[i]!).to.be.within(2, 120);
    });
    expect(scenario.times[0]).to.equal(utc("11T00:00:00"));
    expect(scenario.times.at(-1)).to.equal(utc("14T23:45:00"));
  });

  it("falls to 86 in the third hour of 13 March, and nowhere lower", () => {
    const all = scenario.prices.map(([price]) => price!);
    expect(low(all)).to.equal(wad(86));
    const at = scenario.times[all.indexOf(wad(86))]!;
    expect(at).to.be.within(utc("13T02:00:00"), utc("13T03:00:00"));
  });

  it("opens, closes and turns where the market did", () => {
    expect(priceAt("11T00:00:00")).to.equal(wad(200.7));
    expect(priceAt("11T23:45:00")).to.equal(wad(194.61));
    expect(priceAt("13T02:00:00")).to.equal(wad(96.62));
    expect(priceAt("13T02:45:00")).to.equal(wad(111.12));
    expect(priceAt("14T23:45:00")).to.equal(wad(122.54));
  });

  it("is within four percent of the hourly lows that are on record: 125.0 at 10:00, 123.0 at 11:00, 101.2 at 23:00", () => {
    for (const [hour, next, record] of [
      ["12T10:00:00", "12T11:00:00", 125],
      ["12T11:00:00", "12T12:00:00", 123],
      ["12T23:00:00", "13T00:00:00", 101.2],
    ] as const) {
      const found = low(between(hour, next));
      expect(found >= wad(record * 0.96) && found <= wad(record * 1.04), `${hour}: ${found}`).to.equal(true);
    }
  });

  it("pays for gas what the series says, and its nearest value before and after", () => {
    const first = scenario.gasPriceAt(utc("12T00:00:00"));
    expect(first).to.equal(99n * 10n ** 8n);
    expect(scenario.gasPriceAt(utc("12T00:09:59"))).to.equal(first);
    expect(scenario.gasPriceAt(utc("12T00:10:00"))).to.equal(997n * 10n ** 7n);
    expect(scenario.gasPriceAt(utc("11T00:00:00"))).to.equal(first);
    expect(scenario.gasPriceAt(0)).to.equal(first);
    const last = scenario.gasPriceAt(utc("12T23:50:00"));
    expect(last).to.equal(11_222n * 10n ** 7n);
    expect(scenario.gasPriceAt(utc("14T23:45:00"))).to.equal(last);
  });

  it("has gas at its dearest at 17:50 on 12 March, at 225 gwei", () => {
    const peak = scenario.gasPriceAt(utc("12T17:50:00"));
    expect(peak / GWEI).to.equal(225n);
    for (const time of scenario.times) expect(scenario.gasPriceAt(time) <= peak).to.equal(true);
  });

  it("says where its series are from and what is assumed", () => {
    expect(scenario.notes.some((note) => note.startsWith("Source eth-1h: "))).to.equal(true);
    expect(scenario.notes.some((note) => note.startsWith("Not known"))).to.equal(true);
  });

  it("lends its asset to a price file, which brings its own path and gas at 50 gwei", () => {
    const own = scenarioOfPrices(priceRows(300, [10, 9, 8]), "mine", scenario);
    expect(own.name).to.equal("mine");
    expect(own.assets).to.deep.equal([{ symbol: "WETH", decimals: 18 }]);
    expect(own.prices).to.deep.equal([[10n * WAD], [9n * WAD], [8n * WAD]]);
    expect(own.gasPriceAt(utc("12T17:50:00"))).to.equal(50n * GWEI);
  });

  it("lets a crash begin at the first price 5 % below the highest before it, not below the first", () => {
    const point = (price: number, i: number) => ({ time: 300 * i, price: BigInt(price) * WAD });
    expect(crashStartOf([100, 200, 191, 190, 150].map(point))).to.equal(900);
    expect(crashStartOf([100, 96, 120, 114].map(point))).to.equal(900);
    expect(crashStartOf([100, 96, 150, 143].map(point))).to.equal(undefined);
  });

  it("takes a step of each second of a feed's rounds, with all its answers", () => {
    const rows = [
      [1000, 100],
      [1000, 99],
      [1001, 98],
      [9000, 70],
    ].map(([time = 0, price = 0]) => `${time + 1_700_000_000},${price}`);
    const own = scenarioOfPrices(`timestamp,price\n${rows.join("\n")}\n`, "rounds", scenario);
    expect(own.times.map((t) => t - 1_700_000_000)).to.deep.equal([1000, 1001, 9000]);
    expect(own.prices).to.deep.equal([[99n * WAD], [98n * WAD], [70n * WAD]]);
    expect(own.rounds).to.deep.equal([[100n * WAD, 99n * WAD], [98n * WAD], [70n * WAD]]);
    expect(own.notes[0]).to.match(/^Rounds: each row of the file is one answer of the feed/);
  });

  it("is listed; a name that is not listed is refused with those that are", async () => {
    expect(await scenarioNames()).to.include("black-thursday-2020");
    const failure = await loadScenario("../files/black-thursday-2020").catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(InputError);
    expectInputError(() => {
      throw failure;
    }, /^scenario: "\.\.\/files\/black-thursday-2020": unknown; allowed are black-thursday-2020/);
  });
});
