import { expect } from "chai";
import fc from "fast-check";
import type { Replay } from "../../../../src/lab/result/result.js";
import { figureGroups } from "../../../../src/lab/report/text/figures.js";
import { money } from "../../../../src/format/quantities.js";
import { escape, jsonScript } from "../../../../src/lab/report/markup/html.js";
import { renderReport } from "../../../../src/lab/report/html/report.js";
import { crashPrices, syntheticReplay } from "../../../support/lab/replay.js";

const MAX_BYTES = 3_000_000;

/** All leaves of a value as text, unrounded. */
function leaves(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];
}

/** Fails unless attributes hold numbers and elements are balanced. */
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
