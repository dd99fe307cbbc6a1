import { expect } from "chai";
import fc from "fast-check";

import type { Replay } from "../../src/lab/result.js";
import { lotPriceChart } from "../../src/lab/report/charts/auctions.js";
import { figureGroups, keeperWords, sentence } from "../../src/lab/report/figures.js";
import {
  amount,
  duration,
  fixed,
  money,
  parseDecimal,
  ratio,
  share,
  tickLabel,
} from "../../src/lab/report/format.js";
import { escape, html, jsonScript } from "../../src/lab/report/html.js";
import { renderReport } from "../../src/lab/report/report.js";
import { countScale, timeScale, valueScale } from "../../src/lab/report/scale.js";
import { downsample, spread } from "../../src/lab/report/svg.js";
import { crashPrices, decimal, syntheticReplay } from "./support/replay.js";

const MAX_BYTES = 3_000_000;

/** All leaves of a value, as printed unrounded. */
function leaves(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];
}

/** Fails unless the page is well formed where it matters: numbers in attributes, balanced elements. */
function expectSound(page: string): void {
  const drawn = [...page.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([svg]) => svg);
  expect(drawn).to.have.length(20);
  for (const svg of drawn) {
    expect(svg).not.to.match(/NaN|Infinity|undefined|null/);
    for (const [, path = ""] of svg.matchAll(/ d="([^"]*)"/g)) {
      expect(path).to.match(/^M-?[\d.]+ -?[\d.]+(?:[MLHVv]-?[\d.]+(?: -?[\d.]+)?|Z)*$/);
    }
    for (const [, , value = ""] of svg.matchAll(/ (x|y|cx|cy|r)="([^"]*)"/g)) {
      expect(value).to.match(/^-?\d+(?:\.\d)?$/);
    }
    for (const name of ["svg", "text", "g"]) {
      expect(svg.split(`<${name} `).length).to.equal(svg.split(`</${name}>`).length, name);
    }
  }
  const outside = page.replace(/<script[\s\S]*?<\/script>/g, "").replace(/<style[\s\S]*?<\/style>/g, "");
  for (const name of ["div", "section", "figure", "table", "tr", "td", "dl", "p", "main"]) {
    const opened = outside.match(new RegExp(`<${name}[ >]`, "g"))?.length ?? 0;
    expect(outside.split(`</${name}>`).length - 1).to.equal(opened, name);
  }
}

describe("Report", () => {
  const usual = syntheticReplay();
  const page = renderReport(usual);

  it("says every figure of the result, unrounded", () => {
    for (const leaf of leaves(usual.result)) expect(page).to.include(`>${escape(leaf)}<`);
  });

  it("says every figure of the verdict", () => {
    for (const { figures } of figureGroups(usual.result)) {
      for (const { label, value } of figures) {
        expect(page).to.include(`>${escape(label)}<`);
        expect(page).to.include(`>${escape(value)}<`);
      }
    }
  });

  it("needs nothing from outside", () => {
    expect(page).not.to.match(
      /https?:|\/\/[a-z]|\bsrc=|\bhref=|url\(|@import|<link|<iframe|<object|fetch\(/i,
    );
    expect(page).to.include("default-src 'none'");
  });

  it("is the same, byte for byte, for the same replay", () => {
    expect(renderReport(syntheticReplay())).to.equal(page);
  });

  it("is well formed", () => {
    expectSound(page);
  });

  it("escapes all text", () => {
    const evil = `</script><img src=x onerror="alert('1')">&`;
    const result = syntheticReplay({}, (r) => ({
      scenario: evil,
      settings: { [evil]: evil },
      debtAsset: { symbol: evil, decimals: 6 },
      price: { ...r.price, asset: evil, start: evil },
    })).result;
    const text = renderReport({
      ...usual,
      result,
      title: evil,
      notes: [evil],
      failures: [evil],
      command: evil,
      liquidations: usual.liquidations.map((l) => ({ ...l, asset: evil, vault: evil, transaction: evil })),
    });
    expect(text).not.to.include("<img");
    expect(text.split("</script>").length).to.equal(page.split("</script>").length);
  });

  it("keeps what it embeds as JSON readable", () => {
    const value = { text: "</script><!-- & \u2028 \u00e9" };
    const { html: written } = jsonScript(value);
    expect(written).not.to.match(/[<>&\u2028]/);
    expect(JSON.parse(written)).to.deep.equal(value);
    for (const [, json = ""] of page.matchAll(/<script type="application\/json">([\s\S]*?)<\/script>/g)) {
      const { at, names, rows } = JSON.parse(json) as { at: number[]; names: string[]; rows: string[][] };
      expect(at).to.have.length(rows.length);
      for (const row of rows) expect(row).to.have.length(names.length + 1);
      expect(at).to.deep.equal([...at].sort((a, b) => a - b));
    }
  });

  it("shows the lowest price under the pointer, however many steps there are", () => {
    const many = syntheticReplay({ prices: crashPrices(5000), vaults: 20 });
    const lowest = many.steps.reduce(
      (least, s) => (s.price < least ? s.price : least),
      many.steps[0]?.price ?? 0n,
    );
    expect(renderReport(many)).to.include(`"${money(lowest, 18)}"`);
  });

  it("says what made it, and every parameter in force, those that were changed first", () => {
    const provenance = {
      tool: "breakwater 1.2.3",
      commit: "c0ffee",
      dirty: true,
      compiler: "solc 0.8.30",
      contracts: "11".repeat(32),
      node: "v24.9.0",
      date: "2026-01-02T03:04:05Z",
      result: "22".repeat(32),
    };
    const { result } = syntheticReplay({}, () => ({ settings: { "keeper.perBlock": "25" } }));
    const text = renderReport({ ...usual, result, provenance });
    for (const said of [
      "2026-01-02 03:04:05 UTC by breakwater 1.2.3 on Node.js v24.9.0",
      "c0ffee, with changes that are in no commit",
      "solc 0.8.30",
      ...[provenance.contracts, provenance.result, result.input.series, "ab".repeat(32)],
      "Changed: keeper.perBlock=25.",
    ])
      expect(text).to.include(said);
    expect(text.indexOf("<code>keeper.perBlock</code>")).to.be.lessThan(
      text.indexOf("<code>WETH.ltvBps</code>"),
    );
    expect(page).to.include("No setting of the scenario was changed.");
    expect(page).not.to.include("Provenance");
  });

  it("shows as much lost as gained in the table, before the first card", () => {
    const table = /<section class="balance"[^]*?<\/section>/.exec(page)?.[0] ?? "";
    const foot = [.../<tfoot>[^]*<\/tfoot>/.exec(table)![0].matchAll(/<td class="num">([^<]+)</g)].map(
      (m) => m[1],
    );
    expect(foot).to.have.length(2);
    expect(foot[0]).to.equal(foot[1]).and.not.to.equal("0");
    expect(page.indexOf(table)).to.be.lessThan(page.indexOf('class="groups"'));
    expect(page.indexOf('id="price"')).to.be.lessThan(page.indexOf('class="groups"'));
  });

  it("names what failed before anything else", () => {
    const result = syntheticReplay({}, (r) => ({ checks: { ...r.checks, violations: 1 } })).result;
    const text = renderReport({ ...usual, result, failures: ["step 3: share price fell"] });
    expect(text).to.include("CHECKS FAILED: 1 invariant violation, 0 differences");
    expect(text.indexOf("step 3: share price fell")).to.be.lessThan(text.indexOf("Net bad debt"));
  });

  const degenerate: Readonly<Record<string, () => Replay>> = {
    "a flat price without liquidations": () => syntheticReplay({ prices: Array<number>(50).fill(200) }),
    "two steps": () => syntheticReplay({ prices: [200, 120] }),
    "one step": () => syntheticReplay({ prices: [200] }),
    "no step at all": () => ({ ...usual, steps: [], book: [], liquidations: [], latencies: [] }),
    "a price that decays to nothing": () =>
      syntheticReplay({ prices: Array.from({ length: 400 }, (_, i) => 200 * 0.93 ** i) }),
    "a price of zero": () => syntheticReplay({ prices: [200, 100, 0, 0] }),
    "the keeper off": () => syntheticReplay({ keeper: false }),
    "no vaults": () => syntheticReplay({ vaults: 0 }),
    "steps at the same time": () => syntheticReplay({ secondsPerStep: 0, prices: [200, 150, 100] }),
    "enormous figures": () => ({
      ...usual,
      steps: usual.steps.map((s) => ({ ...s, impliedBadDebt: 2n ** 255n, systemRatio: 2n ** 256n - 1n })),
      book: usual.book.map((b) => ({
        ...b,
        ratioQuantiles: [0n, 1n, 2n ** 200n, 2n ** 255n, 2n ** 256n - 1n],
      })),
    }),
    "only unresolved vaults": () => ({
      ...syntheticReplay({}, (r) => ({ latencyBlocks: { p50: 0, p95: 0, max: 0, unresolved: r.vaults } })),
      latencies: [],
    }),
    "a replay of years": () => syntheticReplay({ secondsPerStep: 86_400 * 7, prices: crashPrices(300) }),
  };
  for (const [name, make] of Object.entries(degenerate)) {
    it(`holds up for ${name}`, () => {
      expectSound(renderReport(make()));
    });
  }

  it("holds up for any prices", () => {
    const prices = fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(prices, fc.integer({ min: 0, max: 100_000 }), (list, secondsPerStep) => {
        expectSound(renderReport(syntheticReplay({ prices: list, secondsPerStep, vaults: 10 })));
      }),
      { numRuns: 60 },
    );
  });

  it("stays small for tens of thousands of points", () => {
    let state = 1;
    const noise = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const big = syntheticReplay({
      prices: crashPrices(30_000).map((p) => p * (0.9 + 0.2 * noise())),
      vaults: 40,
      samples: 30_000,
      gas: () => 500 * noise(),
    });
    const one = usual.liquidations[0];
    if (one === undefined) throw new Error("no liquidations");
    const liquidations = Array.from({ length: 50_000 }, (_, i) => ({
      ...one,
      time: big.steps[Math.floor(noise() * 30_000)]?.time ?? one.time,
      price: BigInt(Math.floor((80 + 120 * noise()) * 1e6)) * 10n ** 12n,
      repaid: BigInt(i),
    }));
    const text = renderReport({ ...big, liquidations });
    expectSound(text);
    expect(Buffer.byteLength(text)).to.be.lessThan(MAX_BYTES);
  });
});

describe("Verdict sentence", () => {
  const cases = [
    ["No bad debt.", { net: "0", gross: "0", booked: "0", implied: "0", impliedMax: "0", covered: "0" }],
    [
      "No bad debt at the end; 7.50 USDC at the worst moment.",
      { net: "0", gross: "0", booked: "0", implied: "0", impliedMax: "7.5", covered: "0" },
    ],
    [
      "Lenders lost nothing: the reserve covered 3.00 USDC of bad debt.",
      { net: "0", gross: "3", booked: "3", implied: "0", impliedMax: "0", covered: "3", reserve: "3" },
    ],
    [
      "Lenders lost nothing: backstop and reserve covered 3.00 USDC of bad debt.",
      {
        net: "0",
        gross: "3",
        booked: "3",
        implied: "0",
        impliedMax: "0",
        covered: "3",
        backstop: "2",
        reserve: "1",
      },
    ],
    [
      "Bad debt of 0.000001 USDC, < 0.01 % of the opening debt.",
      {
        net: "0.000001",
        gross: "0.000001",
        booked: "0.000001",
        implied: "0",
        impliedMax: "0",
        covered: "0",
      },
    ],
  ] as const;
  const NOBODY = { backstop: "0", reserve: "0", lenders: "0" };
  const UNPAID = { ...NOBODY, impliedPayers: NOBODY };
  for (const [headline, badDebt] of cases) {
    it(headline, () => {
      const { result } = syntheticReplay({ vaults: 30 }, () => ({ badDebt: { ...UNPAID, ...badDebt } }));
      expect(sentence(result).headline).to.equal(headline);
    });
  }

  it("says for how long nobody acted", () => {
    const silence = { from: "2020-03-12T00:00:00Z", until: "2020-03-12T12:00:00Z" };
    const { result } = syntheticReplay({ vaults: 30 }, () => ({ keeper: "silent" as const, silence }));
    expect(sentence(result).body).to.include(", nobody acting for 12 h of the crash.");
    expect(keeperWords(result)).to.equal("nobody acting from 2020-03-12 00:00 UTC for 12 h");
  });

  it("says of everybody who lost collateral how", () => {
    const { result } = syntheticReplay({ vaults: 600 }, () => ({
      affected: { vaults: 561, liquidatedOnly: 238, absorbedOnly: 182, both: 141 },
    }));
    expect(sentence(result).body).to.include(
      "561 of 600 vaults lost collateral: 238 liquidated, 182 absorbed whole, 141 both.",
    );
    const one = { ...result, affected: { vaults: 9, liquidatedOnly: 0, absorbedOnly: 9, both: 0 } };
    expect(sentence(one).body).to.include("9 of 600 vaults lost collateral, all absorbed whole.");
  });

  it("says that a loss is not booked where nobody called, and who would carry it", () => {
    const { result } = syntheticReplay({ keeper: false }, (r) => ({
      badDebt: {
        ...r.badDebt,
        implied: "12",
        impliedPayers: { backstop: "10.5", reserve: "0", lenders: "1.5" },
      },
      latencyBlocks: { p50: 3, p95: null, max: 7, unresolved: 9 },
    }));
    expect(sentence(result).body).to.include(
      "12.00 USDC is implied and not booked, because nobody called: the backstop would carry 10.50 USDC of it, the reserve nothing, lenders 1.50 USDC.",
    );
    const latency = figureGroups(result).find(({ title }) => title === "Latency")?.figures[0];
    expect(latency?.value).to.equal("not resolved");
  });

  it("counts purchases the same on the card and under the chart", () => {
    const replay = syntheticReplay({}, (r) => ({
      absorptions: { ...r.absorptions, takes: 3, remnantSales: 1 },
    }));
    const words = "3 purchases, and 1 sale of remnants";
    const take = { time: 0, block: 1, transaction: "0x", asset: 0, cost: 5n, oracleValue: 6n, profit: 0n };
    const takes = [0n, 1n, 1n, 2n].map((id) => ({ ...take, id, time: replay.steps[0]?.time ?? 0 }));
    expect(JSON.stringify(figureGroups(replay.result))).to.include(words);
    expect(lotPriceChart({ ...replay, takes }).caption).to.include(words);
  });

  it("says that nobody acted", () => {
    const { result } = syntheticReplay({ keeper: false });
    expect(sentence(result).body).to.include("None of 1,000 vaults lost collateral with the keeper off.");
  });
});

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
