import { expect } from "chai";
import { parseUnits } from "ethers";
import { readFileSync } from "node:fs";

import { ParameterError, parseParameters } from "../../../../src/protocol/parameters/convert.js";
import { contradictionWith } from "../../../../src/protocol/parameters/relations.js";
import { debtAtCap, sellableDebt } from "../../../../src/protocol/parameters/sizing.js";
import { mockDecimals } from "../../../support/mockDecimals.js";
import { localParameters } from "../../../support/scenario.js";

type Json = Record<string, unknown>;

const TOKEN = `0x${"ab".repeat(20)}`;
const OTHER = `0x${"cd".repeat(20)}`;
const [WETH, WBTC] = localParameters().assets as unknown as [Json, Json];
const SECOND = { ...(WETH.primary as Json), feed: { address: OTHER } };

/** The local parameters with changed fields in their first asset. */
const asset = (fields: Json): Json => ({ assets: [{ ...WETH, ...fields }, WBTC] });
const primary = (fields: Json): Json => asset({ primary: { ...(WETH.primary as Json), ...fields } });
const section = (name: string, fields: Json): Json => ({
  [name]: { ...(localParameters() as unknown as Record<string, Json>)[name], ...fields },
});

/** A change of the parameters, and the message that refuses it. */
const CONTRADICTIONS: readonly (readonly [string, Json, RegExp])[] = [
  [
    "bounds that leave nothing",
    primary({ minAnswer: "20000" }),
    /^assets\[0\]\.primary\.minAnswer: "20000": must be below maxAnswer \("20000"\)$/,
  ],
  [
    "a mock below its bounds",
    primary({ feed: { mock: { decimals: 8, answer: "0" } } }),
    /^assets\[0\]\.primary\.feed\.mock\.answer: "0": must be above minAnswer/,
  ],
  [
    "a mock at its upper bound",
    primary({ feed: { mock: { decimals: 8, answer: "20000" } } }),
    /^assets\[0\]\.primary\.feed\.mock\.answer: "20000": must be above minAnswer \("200"\) and below maxAnswer/,
  ],
  [
    "a secondary that may not deviate",
    asset({ secondary: SECOND }),
    /^assets\[0\]\.maxDeviationBps: 0: must be from 1 to 10000 with a secondary/,
  ],
  [
    "a deviation from nothing",
    asset({ maxDeviationBps: 200 }),
    /^assets\[0\]\.maxDeviationBps: 200: must be 0 or left out without a secondary/,
  ],
  [
    "one feed as both sources",
    asset({
      primary: SECOND,
      secondary: { ...SECOND, feed: { address: OTHER.toUpperCase().replace("0X", "0x") } },
      maxDeviationBps: 200,
    }),
    /^assets\[0\]\.secondary\.feed\.address: 0x\w+: is the primary source's; must be another feed$/,
  ],
  [
    "a threshold below the ltv",
    asset({ ltvBps: 8000 }),
    /^assets\[0\]\.ltvBps: 8000: must be positive and below liquidationThresholdBps \(8000\)$/,
  ],
  ["two assets of one name", asset({ symbol: "wbtc" }), /^assets\[1\]\.symbol: "WBTC": is used twice$/],
  [
    "an asset named like the debt asset",
    asset({ symbol: "USDX" }),
    /^assets\[0\]\.symbol: "USDX": is the debt asset's/,
  ],
  [
    "one token as two assets",
    {
      assets: [
        { ...WETH, token: { address: TOKEN } },
        { ...WBTC, token: { address: TOKEN } },
      ],
    },
    /^assets\[1\]\.token\.address: 0xab\w+: is that of assets\[0\]$/,
  ],
  [
    "the debt asset as its own collateral",
    { debtAsset: { symbol: "USDX", token: { address: TOKEN } }, ...asset({ token: { address: TOKEN } }) },
    /^assets\[0\]\.token\.address: 0xab\w+: is the debt asset's/,
  ],
  [
    "a sequencer nothing depends on",
    { sequencer: { feed: { address: OTHER }, gracePeriodSeconds: 3600 } },
    /^sequencer: given: must be left out unless an asset is sequenced$/,
  ],
  ["no dust", section("system", { dust: "0.0" }), /^system\.dust: "0\.0": must be positive$/],
  [
    "a cap below dust",
    section("system", { borrowCap: "999" }),
    /^system\.borrowCap: "999": must be at least dust \("1000"\)/,
  ],
  [
    "more shares than interest",
    section("rate", { reserveFactorBps: 9_600 }),
    /^rate\.backstopFactorBps: 500: must be at most 10000 together/,
  ],
  [
    "a kink finer than it is kept",
    section("rate", { kink: "0.1234567891" }),
    /^rate\.kink: "0\.1234567891": must have at most 9 decimals$/,
  ],
  [
    "a haircut floor above its ceiling",
    section("volatility", { floorBps: 5000 }),
    /^volatility\.floorBps: 5000: must be at most ceilingBps \(4000\)$/,
  ],
  [
    "a volatility no word holds",
    section("volatility", { z: "5000" }),
    /^volatility\.z: "5000": must be at most 1000$/,
  ],
  [
    "a breaker that watches nothing",
    section("breaker", { limitBps: 0, doubtSeconds: 0 }),
    /^breaker\.limitBps: 0: must be positive, or doubtSeconds/,
  ],
  [
    "an auction from above twice the price",
    section("auction", { startBps: 20_001 }),
    /^auction\.startBps: 20001: must be from 10000 to 20000$/,
  ],
  [
    "a reserve price above the oracle's",
    section("auction", { floorBps: 10_001 }),
    /^auction\.floorBps: 10001: must be from 1000 to 10000$/,
  ],
  [
    "a price that never falls",
    section("auction", { stepSeconds: 50_000 }),
    /^auction\.stepSeconds: 50000: must be at most tailSeconds/,
  ],
  [
    "a gap longer than the auction",
    section("auction", { maxGapSeconds: 50_000 }),
    /^auction\.maxGapSeconds: 50000: must be at most tailSeconds/,
  ],
  [
    "a penalty of more than a fifth",
    section("auction", { penaltyBps: 2001 }),
    /^auction\.penaltyBps: 2001: must be at most 2000$/,
  ],
  [
    "a tip above the penalty",
    section("auction", { maxTipBps: 150, penaltyBps: 100 }),
    /^auction\.maxTipBps: 150: must be at most penaltyBps \(100\)$/,
  ],
  [
    "a tip that could pay for having oneself absorbed",
    section("auction", { maxTipBps: 201 }),
    /^auction\.maxTipBps: 201: must be at most 200, or having oneself absorbed could pay$/,
  ],
  [
    "an auction that outlasts the wait of those who leave the backstop",
    section("auction", { tailSeconds: 57_601 }),
    /^auction\.tailSeconds: 57601: must be at most 57600/,
  ],
  [
    "a tip above its bound",
    section("auction", { tipBps: 1500, maxTipBps: 100 }),
    /^auction\.tipBps: 1500: must be at most maxTipBps \(100\)$/,
  ],
];

describe("parameters that contradict each other", () => {
  for (const [name, change, message] of CONTRADICTIONS) {
    it(`are refused with the field, the value and what is allowed: ${name}`, () => {
      expect(() => parseParameters({ ...localParameters(), ...change })).to.throw(ParameterError, message);
    });
  }

  it("are refused once decimals are known: amounts finer than their token, bounds that meet, a price without room", () => {
    const told = (change: Json): string | undefined => {
      const p = parseParameters({ ...localParameters(), ...change });
      return contradictionWith(p, mockDecimals(p));
    };
    expect(told({})).to.equal(undefined);
    expect(told({ assets: [WETH, { ...WBTC, supplyCap: "0.000000001" }] })).to.equal(
      'assets[1].supplyCap: "0.000000001": must have at most 8 decimals',
    );
    expect(told(primary({ minAnswer: "200.000000001" }))).to.equal(
      'assets[0].primary.minAnswer: "200.000000001": must have at most 8 decimals',
    );
    expect(told(primary({ minAnswer: "1999.999", maxAnswer: "2000.001" }))).to.match(
      /^assets\[0\]\.primary\.minAnswer: "1999\.999": must be below maxAnswer \("2000\.001"\) when both are kept to 16 bits$/,
    );
    const coarse = { symbol: "USDX", token: { mock: { name: "Dollar", decimals: 0 } } };
    expect(
      told({
        debtAsset: coarse,
        assets: [
          {
            ...WETH,
            token: { mock: { name: "E", decimals: 24 } },
            primary: { ...(WETH.primary as Json), feed: { mock: { decimals: 18, answer: "2000" } } },
          },
        ],
      }),
    ).to.match(
      /^assets\[0\]\.primary\.feed: 18 decimals: with the token's 24 must be from -27 to 36 together$/,
    );
  });
});

describe("the shipped parameters", () => {
  /**
   * The sizing stated in docs/guides/deploy.md: market depth on one side and the highest price of
   * each asset, in whole units.
   */
  const SIZED_FOR = {
    localhost: { depth: "20000000", WETH: "2000", WBTC: "60000" },
    sepolia: { depth: "200000", WETH: "4000" },
  };

  for (const [network, { depth, ...prices }] of Object.entries(SIZED_FOR)) {
    it(`secure no more debt on ${network} than markets of the stated depth can sell in a crash`, () => {
      const p = parseParameters(JSON.parse(readFileSync(`deploy/parameters/${network}.json`, "utf8")));
      for (const { symbol, supplyCap, ltvBps } of p.assets) {
        const price = parseUnits((prices as Record<string, string>)[symbol]!, 36);
        const debt = debtAtCap(parseUnits(supplyCap, 18), price, BigInt(ltvBps));
        expect(debt <= sellableDebt(parseUnits(depth, 18)), `${network}: ${symbol}`).to.equal(true);
      }
    });

    it(`bound every price on ${network} within a hundredfold, and a stable coin's within half`, () => {
      const p = parseParameters(JSON.parse(readFileSync(`deploy/parameters/${network}.json`, "utf8")));
      for (const { primary } of p.assets)
        expect(Number(primary.maxAnswer) / Number(primary.minAnswer)).to.be.at.most(100);
      const stable = p.debtAsset.source;
      if (stable !== undefined)
        expect(Number(stable.maxAnswer) - Number(stable.minAnswer)).to.be.at.most(0.5);
    });
  }
});
