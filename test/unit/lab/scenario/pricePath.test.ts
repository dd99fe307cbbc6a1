import { expect } from "chai";
import fc from "fast-check";

import {
  type Bar,
  MAX_RAW_STEP,
  MAX_STEP,
  type PricePoint,
  cornersOfBars,
  pathOfBars,
  pathOfPrices,
} from "../../../../src/lab/scenario/pricePath.js";

const prices = fc.bigInt({ min: 1n, max: 10n ** 24n });

/** Consecutive bars of one length, each with four prices in a valid order. */
const series = fc
  .record({
    start: fc.integer({ min: 0, max: 2_000_000_000 }),
    length: fc.integer({ min: 8, max: 7200 }),
    rows: fc.array(fc.tuple(prices, prices, prices, prices, fc.boolean()), { minLength: 1, maxLength: 12 }),
  })
  .map(({ start, length, rows }) =>
    rows.map(([a, b, c, d, up], i): Bar => {
      const [low, p, q, high] = [a, b, c, d].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0)) as [
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      const [open, close] = up ? [p, q] : [q, p];
      return { start: start + i * length, length, open, high, low, close };
    }),
  );

const rows = fc
  .array(fc.record({ step: fc.integer({ min: 4, max: 3000 }), price: prices }), {
    minLength: 2,
    maxLength: 20,
  })
  .map((steps) => {
    let time = 1_600_000_000;
    return steps.map(({ step, price }): PricePoint => ({ time: (time += step), price }));
  });

function expectRising(path: readonly PricePoint[]): void {
  path.forEach((point, i) => {
    const before = path[i - 1];
    if (before !== undefined) expect(point.time).to.be.greaterThan(before.time);
  });
}

describe("the path of a price series", () => {
  const bar = (open: bigint, high: bigint, low: bigint, close: bigint): Bar => ({
    start: 1000,
    length: 400,
    open,
    high,
    low,
    close,
  });

  it("walks a bar that closed below its opening open, high, low, close at its quarters", () => {
    expect(cornersOfBars([bar(100n, 120n, 60n, 90n)])).to.deep.equal([
      { time: 1000, price: 100n },
      { time: 1100, price: 120n },
      { time: 1200, price: 60n },
      { time: 1300, price: 90n },
    ]);
  });

  it("walks a bar that closed above its opening, or at it, open, low, high, close", () => {
    for (const close of [100n, 110n]) {
      const walked = cornersOfBars([bar(100n, 120n, 60n, close)]).map((point) => point.price);
      expect(walked).to.deep.equal([100n, 60n, 120n, close]);
    }
  });

  it("touches every open, extreme and close of every bar at its quarter", () => {
    fc.assert(
      fc.property(series, (bars) => {
        const path = new Map(pathOfBars(bars).map((point) => [point.time, point.price]));
        for (const { start, length, open, high, low, close } of bars) {
          const at = (quarter: number) => path.get(start + Math.floor((length * quarter) / 4));
          expect([at(0), at(3)]).to.deep.equal([open, close]);
          expect([at(1), at(2)]).to.deep.equal(close < open ? [high, low] : [low, high]);
        }
      }),
    );
  });

  it("never leaves the range of a bar before that bar has closed", () => {
    fc.assert(
      fc.property(series, (bars) => {
        const path = pathOfBars(bars);
        for (const { start, length, high, low } of bars) {
          const closed = start + Math.floor((length * 3) / 4);
          for (const { time, price } of path) {
            if (time < start || time > closed) continue;
            expect(price >= low && price <= high).to.equal(true);
          }
        }
      }),
    );
  });

  it("moves in steps of at most two minutes, always forward, from the first open to the last close", () => {
    fc.assert(
      fc.property(series, (bars) => {
        const path = pathOfBars(bars);
        expectRising(path);
        path.slice(1).forEach((point, i) => {
          expect(point.time - (path[i]?.time ?? 0)).to.be.at.most(MAX_STEP);
        });
        const [first, last] = [bars[0]!, bars.at(-1)!];
        expect(path[0]).to.deep.equal({ time: first.start, price: first.open });
        const end = last.start + Math.floor((last.length * 3) / 4);
        expect(path.at(-1)).to.deep.equal({ time: end, price: last.close });
      }),
    );
  });

  it("takes plain prices as they are where they are at most five minutes apart", () => {
    fc.assert(
      fc.property(rows, (points) => {
        const dense = points.map((point, i) => ({ ...point, time: i * MAX_RAW_STEP }));
        expect(pathOfPrices(dense)).to.deep.equal(dense);
      }),
    );
  });

  it("keeps every plain price, and adds a straight line only where rows are further apart", () => {
    fc.assert(
      fc.property(rows, (points) => {
        const path = pathOfPrices(points);
        expectRising(path);
        expect(path[0]).to.deep.equal(points[0]);
        expect(path.at(-1)).to.deep.equal(points.at(-1));
        points.slice(1).forEach((to, i) => {
          const from = points[i]!;
          const between = path.filter(({ time }) => time > from.time && time < to.time);
          if (to.time - from.time <= MAX_RAW_STEP) return expect(between).to.deep.equal([]);
          let last = from;
          for (const point of [...between, to]) {
            expect(point.time - last.time).to.be.at.most(MAX_STEP);
            // On the line through both rows, to the unit and the second.
            const span = BigInt(to.time - from.time);
            const off =
              (point.price - from.price) * span - (to.price - from.price) * BigInt(point.time - from.time);
            const slope = to.price > from.price ? to.price - from.price : from.price - to.price;
            expect((off < 0n ? -off : off) <= slope + span).to.equal(true);
            last = point;
          }
        });
      }),
    );
  });

  it("falls along a line by equal parts", () => {
    const path = pathOfPrices([
      { time: 0, price: 1000n },
      { time: 480, price: 200n },
    ]);
    expect(path).to.deep.equal([
      { time: 0, price: 1000n },
      { time: 120, price: 800n },
      { time: 240, price: 600n },
      { time: 360, price: 400n },
      { time: 480, price: 200n },
    ]);
  });
});
