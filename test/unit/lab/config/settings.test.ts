import { expect } from "chai";
import fc from "fast-check";

import { labParameters } from "../../../../src/lab/system/deploymentParameters.js";
import { loadScenario } from "../../../../src/lab/scenario/scenario.js";
import { Settings } from "../../../../src/lab/config/settings.js";
import { parseParameters } from "../../../../src/protocol/parameters/convert.js";
import { SMALLEST } from "../../../support/parameters.js";
import { expectInputError } from "../../../support/lab/lab.js";

const DEFAULTS = new Settings(["WETH", "WBTC"], []).names();

describe("the settings of a replay", () => {
  it("start from what a deployment starts from", async () => {
    const lab = labParameters(await loadScenario("black-thursday-2020"), new Settings(["WETH"], []));
    const deployed = parseParameters(SMALLEST);
    for (const section of ["auction", "breaker", "volatility"] as const)
      expect(lab[section], section).to.deep.equal(deployed[section]);
    expect(lab.system.stuckHealthBps).to.equal(deployed.system.stuckHealthBps);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["no value", "WETH.slopeBps", /^--set: "WETH.slopeBps": must be section.key=value$/],
    ["no section", "slopeBps=1", /^--set: "slopeBps=1": must be section.key=value$/],
    ["an empty section", ".slopeBps=1", /^--set: ".slopeBps=1": must be section.key=value$/],
    ["an empty key", "WETH.=1", /^--set: "WETH.=1": must be section.key=value$/],
    ["three parts", "a.b.c=1", /^--set: "a.b.c=1": must be section.key=value$/],
    ["a line break", "WETH.slopeBps=1\n2", /^--set/],
    [
      "an unknown section",
      "DOGE.slopeBps=1",
      /^--set: "DOGE": unknown section; allowed are WETH, system, rate, debt, oracle, market, population, lenders, reserve, keeper, backstop, breaker, volatility, auction, autopilot$/,
    ],
    ["a section every object has", "constructor.name=1", /^--set: "constructor": unknown section; /],
    [
      "an unknown key",
      "WETH.slope=1",
      /^--set: "WETH.slope": unknown key; allowed are ltvBps, liquidationThresholdBps, /,
    ],
    [
      "a key every object has",
      "keeper.toString=1",
      /^--set: "keeper.toString": unknown key; allowed are minProfit, perBlock, flagAfterSeconds$/,
    ],
    ["an empty number", "WETH.slopeBps=", /^--set WETH.slopeBps: "": must be an integer from 0 to 65535$/],
    ["a word", "WETH.slopeBps=steep", /^--set WETH.slopeBps: "steep": must be an integer from 0 to 65535$/],
    ["a fraction of an integer", "WETH.slopeBps=1.5", /^--set WETH.slopeBps: "1.5": must be an integer/],
    ["a sign", "WETH.slopeBps=-1", /^--set WETH.slopeBps: "-1": must be an integer/],
    [
      "an integer too large",
      "keeper.perBlock=26",
      /^--set keeper.perBlock: "26": must be an integer from 1 to 25$/,
    ],
    [
      "an integer too small",
      "keeper.perBlock=0",
      /^--set keeper.perBlock: "0": must be an integer from 1 to 25$/,
    ],
    [
      "a decimal that is none",
      "rate.kink=half",
      /^--set rate.kink: "half": must be a decimal number from 0.01 to 0.99$/,
    ],
    [
      "a decimal with an exponent",
      "WETH.depth=5e6",
      /^--set WETH.depth: "5e6": must be a decimal number from 1 to /,
    ],
    [
      "a decimal too large",
      "rate.kink=0.991",
      /^--set rate.kink: "0.991": must be a decimal number from 0.01 to 0.99$/,
    ],
    [
      "a decimal too small",
      "population.minUse=0.009",
      /^--set population.minUse: "0.009": must be a decimal/,
    ],
  ];

  for (const [name, override, message] of refused) {
    it(`refuse ${name}`, () => expectInputError(() => new Settings(["WETH"], [override]), message));
  }

  it("of an asset that is not replayed do not exist", () => {
    expectInputError(() => new Settings(["WETH"], ["WBTC.ltvBps=100"]), /"WBTC": unknown section/);
    expect(new Settings(["WETH", "WBTC"], ["WBTC.ltvBps=100"]).integer("WBTC", "ltvBps")).to.equal(100);
  });

  it("accept an integer exactly if it lies in its range", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), (value) => {
        const make = () => new Settings(["WETH"], [`system.targetHealthBps=${value}`]);
        if (value >= 10_100 && value <= 15_000)
          expect(make().integer("system", "targetHealthBps")).to.equal(value);
        else expectInputError(make, /must be an integer from 10100 to 15000$/);
      }),
    );
  });

  it("list every default, and every default may be given back", () => {
    expect(DEFAULTS).to.include("WETH.ltvBps=7500").and.to.include("WBTC.ltvBps=7500");
    expect(new Set(DEFAULTS).size).to.equal(DEFAULTS.length);
    expect(new Settings(["WETH", "WBTC"], DEFAULTS).names()).to.deep.equal(DEFAULTS);
  });

  it("return what was overridden sorted by name, whatever the order it was given in", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(DEFAULTS), (given) => {
        const overrides = Object.entries(new Settings(["WETH", "WBTC"], given).overrides());
        expect(overrides.map(([name, value]) => `${name}=${value}`)).to.deep.equal(
          [...given].sort((a, b) => (a.split("=")[0]! < b.split("=")[0]! ? -1 : 1)),
        );
      }),
    );
    expect(new Settings(["WETH"], []).overrides()).to.deep.equal({});
  });

  it("take the last of two values for one name, and keep it as it was written", () => {
    const settings = new Settings(["WETH"], ["rate.kink=0.5", "rate.kink=0.70"]);
    expect(settings.text("rate", "kink")).to.equal("0.70");
    expect(settings.overrides()).to.deep.equal({ "rate.kink": "0.70" });
  });
});
