import { expect } from "chai";
import fc from "fast-check";

import { gapWords, parsePriceFile, readPriceFile } from "../../../../src/lab/scenario/priceFile.js";
import { WAD, barRows, expectInputError, priceRows, stamp } from "../../../support/lab/lab.js";

const HEADER = "timestamp_utc,price";
const BARS = "timestamp_utc,open,high,low,close";
const at = (second: number): number => Date.UTC(2024, 0, 1) / 1000 + second;

/** A file with `row` as third line, between valid rows. */
const withRow = (row: string): string => [HEADER, `${stamp(0)},200`, row, `${stamp(600)},198`].join("\n");
const withBar = (row: string): string =>
  [BARS, `${stamp(0)},200,210,190,195`, row, `${stamp(7200)},195,196,194,195`].join("\n");

describe("a price file", () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    [
      "an empty file",
      "",
      /^--prices: line 1: header "": must be timestamp_utc,price or timestamp_utc,open,high,low,close, or timestamp,price for rounds of a feed$/,
    ],
    [
      "another header",
      "time,price\n",
      /^--prices: line 1: header "time,price": must be timestamp_utc,price or /,
    ],
    [
      "columns in another order",
      "timestamp_utc,open,low,high,close\n",
      /line 1: header "timestamp_utc,open,low,high,close": must be /,
    ],
    [
      "no header",
      `${stamp(0)},200\n${stamp(300)},199`,
      /line 1: header "2024-01-01T00:00:00Z,200": must be /,
    ],
    ["no rows", `${HEADER}\n`, /^--prices: rows: 0: must be at least 2$/],
    ["a single row", `${HEADER}\n${stamp(0)},200\n`, /^--prices: rows: 1: must be at least 2$/],
    [
      "a price of zero",
      withRow(`${stamp(300)},0`),
      /^--prices: line 3: price: "0": must be a positive decimal number from 1e-18 to 1e12$/,
    ],
    [
      "a price below what can be told from zero",
      withRow(`${stamp(300)},9e-19`),
      /line 3: price: "9e-19": must be a positive/,
    ],
    [
      "a price above 1e12",
      withRow(`${stamp(300)},1000000000000.01`),
      /line 3: price: "1000000000000.01": must be a positive/,
    ],
    ["a negative price", withRow(`${stamp(300)},-5`), /line 3: price: "-5": must be a positive/],
    ["a price that is no number", withRow(`${stamp(300)},NaN`), /line 3: price: "NaN": must be a positive/],
    ["an infinite price", withRow(`${stamp(300)},Infinity`), /line 3: price: "Infinity": must be a positive/],
    [
      "an exponent beyond all bounds",
      withRow(`${stamp(300)},1e999`),
      /line 3: price: "1e999": must be a positive/,
    ],
    ["a hexadecimal price", withRow(`${stamp(300)},0x10`), /line 3: price: "0x10": must be a positive/],
    ["an empty cell", withRow(`${stamp(300)},`), /line 3: price: "": must be a positive/],
    [
      "a row with too few fields",
      withRow(stamp(300)),
      /line 3: "2024-01-01T00:05:00Z": must have 2 fields, timestamp_utc,price$/,
    ],
    [
      "a row with too many fields",
      withRow(`${stamp(300)},1,234.5`),
      /line 3: "2024-01-01T00:05:00Z,1,234.5": must have 2 fields, timestamp_utc,price$/,
    ],
    ["an empty line between rows", withRow(""), /line 3: "": must have 2 fields/],
    [
      "a time that is no time",
      withRow("yesterday,199"),
      /line 3: timestamp_utc: "yesterday": must be UTC in whole seconds, such as 2020-03-12T10:00:00Z$/,
    ],
    [
      "a time in seconds since 1970",
      withRow("1704067500,199"),
      /line 3: timestamp_utc: "1704067500": must be UTC/,
    ],
    [
      "a day that is in no calendar",
      withRow("2024-02-31T00:00:00Z,199"),
      /line 3: timestamp_utc: "2024-02-31T00:00:00Z": must be /,
    ],
    [
      "an hour that is on no clock",
      withRow("2024-01-01T25:00:00Z,199"),
      /line 3: timestamp_utc: "2024-01-01T25:00:00Z": must be UTC/,
    ],
    [
      "a time in another zone",
      withRow("2024-01-01T00:05:00+01:00,199"),
      /line 3: timestamp_utc: "2024-01-01T00:05:00\+01:00": must be UTC/,
    ],
    [
      "a fraction of a second",
      withRow("2024-01-01T00:05:00.5Z,199"),
      /line 3: timestamp_utc: "2024-01-01T00:05:00.5Z": must be UTC in whole seconds/,
    ],
    [
      "rows out of order",
      [HEADER, `${stamp(300)},1`, `${stamp(0)},1`].join("\n"),
      /line 3: timestamp_utc: 2024-01-01T00:00:00Z: must be at least 4 seconds after the row before$/,
    ],
    [
      "a time given twice",
      withRow(`${stamp(0)},199`),
      /line 3: timestamp_utc: 2024-01-01T00:00:00Z: must be at least 4 seconds after/,
    ],
    [
      "rows closer than four seconds",
      withRow(`${stamp(3)},199`),
      /line 3: timestamp_utc: 2024-01-01T00:00:03Z: must be at least 4 seconds after/,
    ],
    [
      "a hole",
      [HEADER, ...[0, 300, 600, 900, 1801].map((t) => `${stamp(t)},1`)].join("\n"),
      /line 6: timestamp_utc: 901 s after the row before: must be at most three times the median step of 300 s; 2 rows are missing in 1 gap: from 2024-01-01T00:15:00Z to 2024-01-01T00:30:01Z; --gaps hold keeps the last price over them$/,
    ],
    [
      "a time of 1970",
      [HEADER, "1970-01-01T00:05:00Z,1", "1970-01-01T00:10:00Z,1"].join("\n"),
      /^--prices: line 2: timestamp_utc: "1970-01-01T00:05:00Z": must be in 1971 or later$/,
    ],
    [
      "a time before 1970",
      [HEADER, `${stamp(0)},1`, "1969-12-31T23:55:00Z,1"].join("\n"),
      /^--prices: line 3: timestamp_utc: "1969-12-31T23:55:00Z": must be in 1971 or later$/,
    ],
    [
      "a round at a time below zero",
      "timestamp,price\n-5,1\n0,1\n",
      /^--prices: line 2: timestamp: "-5": must be in 1971 or later$/,
    ],
    [
      "rounds out of order",
      `timestamp,price\n${at(9)},1\n${at(8)},1\n`,
      /^--prices: line 3: timestamp: 2024-01-01T00:00:08Z: must not be before the row before$/,
    ],
    [
      "a round without a price",
      `timestamp,price\n${at(9)},\n${at(9)},1\n`,
      /^--prices: line 2: price: "": must be a positive/,
    ],
    ["a bar of zero", withBar(`${stamp(3600)},195,200,0,196`), /line 3: low: "0": must be a positive/],
    [
      "a bar with an empty cell",
      withBar(`${stamp(3600)},195,,190,196`),
      /line 3: high: "": must be a positive/,
    ],
    [
      "a bar with too few fields",
      withBar(`${stamp(3600)},195,200,190`),
      /line 3: "2024-01-01T01:00:00Z,195,200,190": must have 5 fields, timestamp_utc,open,high,low,close$/,
    ],
    [
      "a high below the open",
      withBar(`${stamp(3600)},195,194,190,191`),
      /line 3: high: "?194"?: .*open.*close/,
    ],
    [
      "a high below the close",
      withBar(`${stamp(3600)},195,196,190,197`),
      /line 3: high: "?196"?: .*open.*close/,
    ],
    [
      "a low above the open",
      withBar(`${stamp(3600)},195,200,195.5,197`),
      /line 3: low: "?195.5"?: .*open.*close/,
    ],
    [
      "a low above the close",
      withBar(`${stamp(3600)},195,200,191,190`),
      /line 3: low: "?191"?: .*open.*close/,
    ],
    [
      "high and low exchanged",
      withBar(`${stamp(3600)},195,190,200,195`),
      /line 3: high: "?190"?: .*open.*close/,
    ],
    [
      "bars too short for four blocks and their keepers",
      barRows(7, [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ]),
      /line 3: timestamp_utc: 2024-01-01T00:00:07Z: must be at least 8 seconds after the row before$/,
    ],
  ];

  for (const [name, text, message] of refused) {
    it(`is refused for ${name}`, () => expectInputError(() => parsePriceFile(text), message));
  }

  it("names line, field and value of one bad cell wherever it is, and nothing else", () => {
    const cell = fc.constantFrom(
      "",
      "x",
      "-1",
      "NaN",
      "0",
      "1e13",
      "1_000",
      "1,0".slice(0, 1) + "'",
      " - ",
      "٣",
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 29 }),
        fc.integer({ min: 1, max: 4 }),
        cell,
        (row, field, bad) => {
          const lines = barRows(
            3600,
            Array.from({ length: 30 }, () => [2, 3, 1, 2] as const),
          ).split("\n");
          const cells = lines[row + 1]!.split(",");
          cells[field] = bad;
          lines[row + 1] = cells.join(",");
          const name = BARS.split(",")[field];
          expectInputError(
            () => parsePriceFile(lines.join("\n")),
            new RegExp(
              `^--prices: line ${row + 2}: ${name}: ${JSON.stringify(bad.trim())}: must be a positive`,
            ),
          );
        },
      ),
    );
  });

  it("may be of plain prices or of bars", () => {
    expect(parsePriceFile(priceRows(300, [200, 100.5]))).to.deep.equal([
      { time: at(0), price: 200n * WAD },
      { time: at(300), price: (201n * WAD) / 2n },
    ]);
    const bars = parsePriceFile(
      barRows(400, [
        [4, 5, 2, 3],
        [3, 9, 1, 8],
      ]),
    );
    expect(bars).to.deep.equal(
      [4, 5, 2, 3, 3, 1, 9, 8].map((price, i) => ({ time: at(i * 100), price: BigInt(price) * WAD })),
    );
  });

  it("may write numbers with an exponent", () => {
    const path = parsePriceFile(priceRows(300, ["2e2", "1.5E-3", "1e12", "1e-18", "2.5e+1", "007"]));
    expect(path.map((point) => point.price)).to.deep.equal([
      200n * WAD,
      (3n * WAD) / 2000n,
      10n ** 30n,
      1n,
      25n * WAD,
      7n * WAD,
    ]);
  });

  it("reads the same with CRLF, a byte order mark, blanks around cells and empty lines at its end", () => {
    const plain = priceRows(300, [200, 199, 198]);
    const expected = parsePriceFile(plain);
    const odd = `\uFEFF${plain.replaceAll(",1", " , 1").replaceAll("\n", "\r\n")}\r\n  \r\n`;
    expect(parsePriceFile(odd)).to.deep.equal(expected);
    expect(expected).to.have.length(3);
  });

  it("takes UTC with a blank for the T, without seconds, without a zone", () => {
    for (const time of [
      "2024-01-01 00:05",
      "2024-01-01T00:05:00",
      "2024-01-01T00:05:00.000Z",
      "2024-01-01 00:05:00+00:00",
    ]) {
      expect(parsePriceFile(withRow(`${time},199`))[1]).to.deep.equal({ time: at(300), price: 199n * WAD });
    }
  });

  it("may have holes where they are held: a row lasts as long as any other, and then its price holds", () => {
    const prices = [HEADER, ...[0, 300, 600, 4200].map((t, i) => `${stamp(t)},${i + 1}`)].join("\n");
    const { path, gaps } = readPriceFile(prices, "hold");
    expect(gaps).to.deep.equal([{ from: at(600), until: at(4200), missing: 11 }]);
    const over = path.filter(({ time }) => time > at(600) && time < at(4200));
    expect(over.length).to.be.greaterThan(10);
    for (const { price } of over) expect(price).to.equal(3n * WAD);

    const [bar, late] = [
      [4, 5, 2, 3],
      [9, 9, 8, 8],
    ] as const;
    const bars = barRows(400, [bar, bar, bar, ...Array<typeof late>(20).fill(late)]).split("\n");
    bars.splice(4, 15);
    const held = readPriceFile(bars.join("\n"), "hold");
    expect(held.gaps.map(({ missing }) => missing)).to.deep.equal([15]);
    const between = held.path.filter(({ time }) => time >= at(1100) && time < at(7200));
    for (const { price } of between) expect(price).to.equal(3n * WAD);
  });

  it("is told what is missing, how much and where", () => {
    const gap = (from: number, until: number, missing: number) => ({
      from: at(from),
      until: at(until),
      missing,
    });
    expect(gapWords([])).to.equal("");
    expect(gapWords([gap(0, 600, 1)])).to.equal(
      "1 row is missing in 1 gap: from 2024-01-01T00:00:00Z to 2024-01-01T00:10:00Z",
    );
    const many = gapWords([0, 1, 2, 3, 4].map((n) => gap(n * 3600, n * 3600 + 900, 2)));
    expect(many).to.match(/^10 rows are missing in 5 gaps: from .*, from .*, from [^,]*, and 2 more$/);
    const small = readPriceFile([HEADER, ...[0, 300, 900, 1200].map((t) => `${stamp(t)},1`)].join("\n"));
    expect(small.gaps).to.deep.equal([gap(300, 900, 1)]);
  });

  it("may be of rounds: irregular, several in a second, in UTC or seconds since 1970", () => {
    const rows = [`${at(0)},200`, `${at(0)},199`, `${stamp(1)},198`, `${at(8000)},150`];
    const { kind, path, gaps } = readPriceFile(`timestamp,price\n${rows.join("\n")}\n`);
    expect([kind, gaps]).to.deep.equal(["rounds", []]);
    expect(path).to.deep.equal(
      [
        [0, 200],
        [0, 199],
        [1, 198],
        [8000, 150],
      ].map(([time = 0, price = 0]) => ({ time: at(time), price: BigInt(price) * WAD })),
    );
  });

  it("may skip rows up to three times the median step", () => {
    const text = [HEADER, ...[0, 300, 600, 900, 1800].map((t) => `${stamp(t)},1`)].join("\n");
    expect(parsePriceFile(text).at(-1)?.time).to.equal(at(1800));
  });

  it("keeps every price exactly, to eighteen decimals", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 1n, max: 10n ** 30n }), { minLength: 2, maxLength: 30 }),
        (wads) => {
          const text = wads.map((p) => `${p / WAD}.${(p % WAD).toString().padStart(18, "0")}`);
          const path = parsePriceFile(priceRows(60, text));
          expect(path.map((point) => point.price)).to.deep.equal(wads);
        },
      ),
    );
  });
});
