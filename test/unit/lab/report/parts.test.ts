import { expect } from "chai";
import fc from "fast-check";
import {
  amount,
  duration,
  fixed,
  money,
  parseDecimal,
  ratio,
  share,
  tickLabel,
} from "../../../../src/format/quantities.js";
import { html } from "../../../../src/lab/report/markup/html.js";
import { countScale, timeScale, valueScale } from "../../../../src/lab/report/markup/scale.js";
import { downsample, spread } from "../../../../src/lab/report/markup/svg.js";
import { decimal } from "../../../support/lab/replay.js";

describe("Report formatting", () => {
  it("prints amounts without floating point", () => {
    expect(money(123_456_789_012_345_678_901_234_567n, 18)).to.equal("123,456,789.01");
    expect(money(999_999n, 6)).to.equal("1");
    expect(money(1n, 18)).to.equal("0.000000000000000001");
    expect(money(-1_234_567n, 6)).to.equal("-1.23");
    expect(money(0n, 6)).to.equal("0");
    expect(fixed(-1n, 3, 2)).to.equal("0.00");
    expect(fixed(15n, 1, 0)).to.equal("2");
    expect(amount("n/a", "USDC")).to.equal("n/a");
    expect(ratio("1.3345")).to.equal("133.45 %");
    expect(share("1", "3")).to.equal("33.33 %");
    expect(share("1", "0")).to.equal(undefined);
    expect(duration("2020-03-11T00:00:00Z", "2020-03-14T23:55:00Z")).to.equal("3 d 23 h");
    expect([
      tickLabel(25, 5),
      tickLabel(5, -1),
      tickLabel(1, 3),
      tickLabel(1, -9),
      tickLabel(-25, -6),
    ]).to.deep.equal(["2.5M", "0.5", "1,000", "1e-9", "-2.5e-5"]);
  });

  it("prints what it parses", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
        fc.integer({ min: 1, max: 18 }),
        (value, places) => {
          const parsed = parseDecimal(decimal(value, places)) ?? { value: 0n, scale: 0 };
          expect(parsed.value * 10n ** BigInt(places - parsed.scale)).to.equal(value);
          expect(parseDecimal(fixed(value, places, places).replaceAll(",", ""))?.value).to.equal(value);
        },
      ),
    );
  });

  it("never prints as zero what is not", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 30n }),
        fc.integer({ min: 0, max: 27 }),
        (value, places) => {
          expect(money(value, places)).to.match(/[1-9]/);
        },
      ),
    );
  });

  it("escapes what stands between markup, and nothing twice", () => {
    const inner = html`<b>${"<&>"}</b>`;
    expect(html`<p title="${'"'}">${[inner, "'"]}${undefined}</p>`.html).to.equal(
      '<p title="&quot;"><b>&lt;&amp;&gt;</b>&#39;</p>',
    );
  });
});

describe("Chart geometry", () => {
  const series = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 500 });

  it("downsampling keeps ends, extremes and order in every column of pixels", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 20 }), (ys, width) => {
        const points = ys.map((y, i) => ({ x: (i * width) / ys.length, y }));
        const kept = downsample(points);
        expect(kept.length).to.be.at.most(4 * width);
        const rank = kept.map((p) => points.indexOf(p));
        expect(rank).to.deep.equal([...rank].sort((a, b) => a - b));
        expect([kept[0], kept.at(-1)]).to.deep.equal([points[0], points.at(-1)]);
        for (let column = 0; column < width; column++) {
          const of = (list: typeof points) => list.filter((p) => Math.floor(p.x) === column).map((p) => p.y);
          expect(Math.min(...of([...kept]))).to.equal(Math.min(...of(points)));
          expect(Math.max(...of([...kept]))).to.equal(Math.max(...of(points)));
        }
      }),
    );
  });

  it("labels stay apart, in order and inside", () => {
    const heights = fc.array(fc.integer({ min: -50, max: 350 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(heights, (wanted) => {
        const placed = [...spread(wanted, 15, 10, 300)];
        const sorted = [...placed].sort((a, b) => a - b);
        expect(sorted[0]).to.be.at.least(10);
        expect(sorted.at(-1)).to.be.at.most(300);
        sorted.forEach((y, i) => expect(y - (sorted[i - 1] ?? -Infinity)).to.be.at.least(15));
        wanted.forEach((a, i) =>
          wanted.forEach((b, k) => {
            if (a < b) expect(placed[i]).to.be.lessThan(placed[k] ?? NaN);
          }),
        );
      }),
    );
  });

  it("value axes contain their values and have ticks inside, logarithmic beyond a factor of 20", () => {
    fc.assert(
      fc.property(series, fc.boolean(), (values, zero) => {
        const { map, ticks, logarithmic } = valueScale(values, { from: 300, to: 20, ticks: 5, zero });
        for (const value of values) expect(map(value)).to.be.within(20, 300);
        expect(ticks.length).to.be.within(1, 25);
        for (const tick of ticks) expect(tick.at).to.be.within(20 - 1e-6, 300 + 1e-6);
        if (zero) expect(logarithmic).to.equal(false);
      }),
    );
    expect(valueScale([1, 19], { from: 300, to: 20, ticks: 5 }).logarithmic).to.equal(false);
    expect(valueScale([1, 21], { from: 300, to: 20, ticks: 5 }).logarithmic).to.equal(true);
  });

  it("time axes have labels that are far enough apart", () => {
    const moments = fc.integer({ min: 1, max: 400_000_000 });
    fc.assert(
      fc.property(moments, moments, (start, length) => {
        const { ticks } = timeScale(start, start + length, 0, 900, 80);
        ticks.forEach((tick, i) => {
          expect(tick.at).to.be.within(0, 900);
          expect(tick.at - (ticks[i - 1]?.at ?? -80)).to.be.at.least(79.9);
        });
      }),
    );
  });

  it("axes of counts start at zero and leave room beyond the largest", () => {
    const { map, ticks } = countScale(1000, 0, 400, 0.25);
    expect(map(0)).to.equal(0);
    expect(Math.abs(map(1000) - 300)).to.be.below(1e-6);
    expect(ticks[0]?.label).to.equal("0");
  });
});
