import { expect } from "chai";

import { VARIANTS, ablate, renderAblation } from "../../../src/lab/replay/ablation.js";
import { plain } from "../../../src/format/table.js";
import { parseKeeper } from "../../../src/lab/config/options.js";
import { replay } from "../../../src/lab/replay/replay.js";
import type { Replay } from "../../../src/lab/result/result.js";
import { type Scenario, loadScenario, scenarioOfPrices } from "../../../src/lab/scenario/scenario.js";
import { Settings } from "../../../src/lab/config/settings.js";
import { parseWad } from "../../../src/format/decimal.js";
import {
  expectSound,
  expectInputError,
  handMade,
  line,
  priceRows,
  replayOf,
  wad,
} from "../../support/lab/lab.js";

const FIVE_MINUTES = 300;
/** A fall of 37 % in three hours, then five hours for keepers to act. */
const CRASH = priceRows(FIVE_MINUTES, [...line(200, 126, 36), ...line(126, 130, 60)]);
const SILENT = "silent=150m";

/** A signed decimal string as a bigint with 18 decimals. */
function units(text: string): bigint {
  const magnitude = parseWad(text.replace("-", "")) ?? -1n;
  return text.startsWith("-") ? -magnitude : magnitude;
}

/** Fails unless the parts of the waterfall sum to its totals. */
function expectWaterfall({ result }: Replay): void {
  const { absorptions: a, badDebt, backstop } = result;
  const sum = (...texts: readonly string[]): bigint => texts.reduce((all, text) => all + units(text), 0n);
  expect(units(a.debt)).to.equal(sum(a.repaid, a.shortfall, a.stillOpen));
  expect(units(a.proceeds)).to.equal(sum(a.repaid, a.penalties, a.tips));
  expect(units(badDebt.booked)).to.equal(sum(badDebt.backstop, badDebt.reserve, badDebt.lenders));
  expect(units(badDebt.booked) >= units(a.shortfall)).to.equal(true);
  expect(units(badDebt.covered)).to.equal(sum(badDebt.backstop, badDebt.reserve));
  expect(units(badDebt.net)).to.equal(sum(badDebt.lenders, badDebt.implied));
  // The backstop's change plus its payments is its income: penalties and its share of interest.
  const earned =
    units(backstop.endingAssets) - units(backstop.openingCapital) + sum(badDebt.backstop, a.tipsFromBackstop);
  expect(earned >= units(a.penalties)).to.equal(true);
}

/** Times of the liquidations, absorptions and takes of a replay [s]. */
function acts(run: Replay): readonly number[] {
  return [...run.liquidations, ...run.absorptions, ...run.takes].map(({ time }) => time);
}

describe("a replay in which nobody acts for hours", () => {
  let run: Replay;
  let bare: Replay;

  before(async () => {
    run = await replayOf(CRASH, { vaults: 60, keeper: SILENT });
    bare = await replayOf(CRASH, { vaults: 60, keeper: SILENT, set: ["backstop.enabled=false"] });
  });

  it("leaves chain and model equal, with a backstop and without", () => {
    expectSound(run);
    expectSound(bare);
  });

  it("begins at the first price 5 % below the highest before it, and ends when it says", () => {
    const { silence, keeper } = run.result;
    expect(keeper).to.equal("silent");
    expect(silence).to.deep.equal({ from: "2024-01-01T00:25:00Z", until: "2024-01-01T02:55:00Z" });
    const [from, until] = [silence!.from, silence!.until].map((t) => Date.parse(t) / 1000);
    expect(acts(run).length).to.be.greaterThan(10);
    expect(acts(run).filter((time) => time >= from! && time < until!)).to.deep.equal([]);
  });

  it("costs lenders nothing where a backstop of a tenth of the debt stands before them", () => {
    const { badDebt, absorptions, backstop } = run.result;
    expect(absorptions.count).to.be.greaterThan(5);
    expect(units(badDebt.backstop) > 0n).to.equal(true);
    expect(badDebt).to.include({ lenders: "0", net: "0", implied: "0", reserve: "0" });
    expect(units(run.result.opening.debt) / 10n).to.equal(units(backstop.openingCapital));
  });

  it("takes what interest the backstop is due, the reserve and then the lenders where it is empty, and absorbs all the same", () => {
    const { badDebt, absorptions, backstop } = bare.result;
    expect(absorptions.count).to.equal(run.result.absorptions.count);
    expect(units(badDebt.backstop) * 1000n < units(badDebt.booked)).to.equal(true);
    expect(units(badDebt.reserve) > 0n && units(badDebt.lenders) > units(badDebt.reserve)).to.equal(true);
    expect(badDebt.net).to.equal(badDebt.lenders);
    expect(backstop.openingCapital).to.equal("0");
    // Without depositors the penalties stay in the pool, which has no shares.
    expect(units(backstop.endingAssets) >= units(absorptions.penalties)).to.equal(true);
  });

  it("counts every vault that lost collateral once, whether it was liquidated, absorbed, or both", () => {
    const liquidated = new Set(run.liquidations.map((l) => l.vault));
    const absorbed = new Set(run.absorptions.map((a) => a.vault));
    const both = [...liquidated].filter((vault) => absorbed.has(vault)).length;
    expect(run.result.affected).to.deep.equal({
      vaults: new Set([...liquidated, ...absorbed]).size,
      liquidatedOnly: liquidated.size - both,
      absorbedOnly: absorbed.size - both,
      both,
    });
    const { takes, remnantSales } = run.result.absorptions;
    expect(run.takes.filter((t) => t.id !== 0n).length).to.equal(takes);
    expect(run.takes.length - takes).to.equal(remnantSales);
  });

  it("accounts for every step of the waterfall", () => {
    expectWaterfall(run);
    expectWaterfall(bare);
    expect(run.takes.reduce((sum, t) => sum + (t.id === 0n ? 0n : t.cost), 0n)).to.equal(
      units(run.result.absorptions.proceeds),
    );
    expect(run.absorptions.length).to.equal(run.result.absorptions.count);
  });

  it("sells lots between their reserve price and their start", () => {
    for (const { id, cost, oracleValue } of run.takes) {
      if (id === 0n) continue;
      expect(
        cost * 10_000n >= (oracleValue - 10n) * 7500n && cost * 10_000n <= (oracleValue + 10n) * 10_500n,
      ).to.equal(true);
    }
  });

  it("is refused where the path has no crash", () => {
    const flat = scenarioOfPrices(
      priceRows(FIVE_MINUTES, [200, 190.01, 200]),
      "flat",
      handMade([{ symbol: "WETH", decimals: 18 }], [], []),
    );
    expect(flat.crashStart).to.equal(undefined);
    const options = { scenario: flat, settings: new Settings(["WETH"], []), vaults: 1, seed: 1, command: "" };
    return replay({ ...options, keeper: parseKeeper("silent=1h") }).then(
      () => expect.fail("was not refused"),
      (error: unknown) => {
        expect((error as Error).message).to.match(
          /^--keeper: "silent=1h": the path never falls 5 % below its highest/,
        );
      },
    );
  });
});

describe("a replay of Black Thursday in which nobody acts for twelve hours", () => {
  it("costs lenders nothing, with an empty reserve and a backstop of a tenth of the debt", async () => {
    const scenario = await loadScenario("black-thursday-2020");
    const settings = new Settings(
      scenario.assets.map((a) => a.symbol),
      ["reserve.donation=0", "backstop.capital=0.1"],
    );
    const keeper = parseKeeper("silent=12h");
    const run = await replay({ scenario, settings, vaults: 60, seed: 1, keeper, command: "" });
    expectSound(run);
    expectWaterfall(run);
    expect(run.result.silence).to.deep.equal({ from: "2020-03-12T00:00:00Z", until: "2020-03-12T12:00:00Z" });
    expect(run.result.badDebt).to.include({ net: "0", lenders: "0" });
    expect(run.result.absorptions.count).to.be.greaterThan(0);
    expect(units(run.result.badDebt.impliedMax) > 0n).to.equal(true);
  });
});

describe("every defence can be switched off", () => {
  let on: Replay;

  before(async () => {
    on = await replayOf(CRASH, { vaults: 60, set: ["population.lateShare=0.3"] });
  });

  it("and does something where it is on", () => {
    expectSound(on);
    const { autopilot, breaker, capital } = on.result;
    expect(autopilot.executions).to.be.greaterThan(0);
    expect(breaker.trips).to.be.greaterThan(0);
    // Every trip that counts closed borrowing for at least half an hour.
    expect(breaker.secondsPaused).to.be.at.least(breaker.trips * 1800);
    expect(capital.lateOpened).to.be.greaterThan(5);
    const limits = on.steps.map((s) => s.effectiveLtv);
    expect(limits[0]).to.equal(7500n);
    expect(limits.some((limit) => limit < 7500n)).to.equal(true);
  });

  const run = (set: string): Promise<Replay> =>
    replayOf(CRASH, { vaults: 60, set: ["population.lateShare=0.3", set] });

  it("the breaker", async () => {
    const off = await run("breaker.enabled=false");
    expectSound(off);
    expect(off.result.breaker).to.deep.equal({ trips: 0, secondsPaused: 0 });
    expect(off.steps.every((s) => !s.borrowingClosed)).to.equal(true);
  });

  it("the volatility margin, and more may be borrowed then", async () => {
    const off = await run("volatility.enabled=false");
    expectSound(off);
    expect(off.steps.every((s) => s.effectiveLtv === 7500n)).to.equal(true);
    expect(units(off.result.capital.debtOpened) > units(on.result.capital.debtOpened)).to.equal(true);
  });

  it("the autopilot", async () => {
    const off = await run("autopilot.share=0");
    expectSound(off);
    expect(off.result.autopilot).to.include({ plans: 0, executions: 0, cost: "0" });
  });

  it("the agents", async () => {
    const off = await replayOf(CRASH, { vaults: 60, keeper: "off", set: ["population.lateShare=0.3"] });
    expectSound(off);
    expect(acts(off)).to.deep.equal([]);
    expect(off.result.keepers).to.include({ profit: "0", gasCost: "0" });
    expect(off.result.autopilot.executions).to.equal(0);
    expect(off.result.breaker.trips).to.equal(0);
    expect(units(off.result.badDebt.implied) > 0n).to.equal(true);
  });

  it("and lots may keep the price of their start", async () => {
    const frozen = await replayOf(CRASH, { vaults: 60, keeper: SILENT, set: ["auction.frozen=true"] });
    expectSound(frozen);
    expectWaterfall(frozen);
  });
});

describe("an ablation", () => {
  it("has a row for each defence, beside the full system, and the differences are exact", async () => {
    const scenario = scenarioOfPrices(CRASH, "crash", handMade([{ symbol: "WETH", decimals: 18 }], [], []));
    const asked: string[] = [];
    const options = { scenario, vaults: 40, seed: 1, keeper: parseKeeper(SILENT), command: "" };
    const { ablation, failures } = await ablate(options, ["WETH.depth=4000000"], (number, name) => {
      asked.push(`${number} ${name}`);
    });
    expect(failures).to.deep.equal([]);
    expect(ablation.rows.map((r) => r.variant)).to.deep.equal(VARIANTS.map((v) => v.name));
    expect(asked).to.have.length(VARIANTS.length);
    const [full] = ablation.rows;
    ablation.rows.forEach((row, i) => {
      expect(row.settings).to.deep.equal({
        ...Object.fromEntries(VARIANTS[i]!.set.map((text) => text.split("="))),
        "WETH.depth": "4000000",
      });
      for (const figure of ["netBadDebt", "impliedMax", "borrowersLoss", "capitalEfficiency"] as const) {
        const { value, change } = row[figure];
        expect(units(full![figure].value) + units(change)).to.equal(units(value));
      }
    });
    const bare = ablation.rows.find((r) => r.variant === "no backstop");
    expect(units(bare!.netBadDebt.change) > 0n).to.equal(true);
    const printed = renderAblation(ablation, plain).split("\n");
    expect(printed).to.have.length(VARIANTS.length + 2);
    for (const { name } of VARIANTS) expect(printed.some((text) => text.startsWith(name))).to.equal(true);
  });
});

describe("a replay with two collaterals", () => {
  const falls = line(1, 0.6, 40);
  const times = falls.map((_, i) => 1_700_000_000 + i * 240);
  const scenario: Scenario = {
    ...handMade(
      [
        { symbol: "WETH", decimals: 18 },
        { symbol: "WBTC", decimals: 8 },
      ],
      times,
      falls.map((part, i) => [wad(200 * part), wad(8000 * falls[Math.max(0, i - 1)]!)]),
    ),
    crashStart: times[6]!,
  };
  const settings = new Settings(["WETH", "WBTC"], ["population.lateShare=0.2"]);

  for (const keeper of ["on", "silent=100m"]) {
    it(`replays completely with the keeper ${keeper}`, async () => {
      const options = { scenario, settings, vaults: 50, seed: 3, command: "" };
      const run = await replay({ ...options, keeper: parseKeeper(keeper) });
      expectSound(run);
      expectWaterfall(run);
      expect(run.steps.length).to.equal(times.length);
      expect(new Set(run.liquidations.map((l) => l.asset))).to.deep.equal(new Set(["WETH", "WBTC"]));
      if (keeper !== "on") {
        expect(new Set(run.takes.map((t) => t.asset))).to.deep.equal(new Set([0, 1]));
        expect(run.result.badDebt.net).to.equal("0");
      }
    });
  }
});

describe("--keeper", () => {
  it("takes on, off and a silence in seconds, minutes or hours", () => {
    expect(parseKeeper("on")).to.deep.equal({ kind: "on" });
    expect(parseKeeper("off")).to.deep.equal({ kind: "off" });
    expect(parseKeeper("silent=12h")).to.deep.equal({ kind: "silent", seconds: 43_200, text: "12h" });
    expect(parseKeeper("silent=90m")).to.include({ seconds: 5400 });
    expect(parseKeeper("silent=8760h")).to.include({ seconds: 31_536_000 });
  });

  for (const text of [
    "",
    "On",
    "silent",
    "silent=",
    "silent=0h",
    "silent=1d",
    "silent=-1h",
    "silent=1.5h",
    "silent=8761h",
    "silent=12",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expectInputError(() => parseKeeper(text), /^--keeper: .*: must be on, off, or silent=<duration>/);
    });
  }
});
