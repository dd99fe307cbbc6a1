import { expect } from "chai";
import fc from "fast-check";

import { formatRatio, formatUnitsExact, parseWad } from "../../../src/format/decimal.js";
import { Latencies, percentile } from "../../../src/lab/accounting/latency.js";
import { RandomStream } from "../../../src/lab/system/random.js";
import type { VaultKey } from "../../../src/model/index.js";
import { WAD } from "../../support/lab/lab.js";

describe("decimals of the lab", () => {
  it("come back unchanged from text, in WAD", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 60n }), (amount) => {
        expect(parseWad(formatUnitsExact(amount, 18))).to.equal(amount);
      }),
    );
  });

  it("mean the same with any exponent that moves the point", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.integer({ min: -30, max: 30 }),
        (digits, exponent) => {
          const shift = exponent + 18;
          const expected = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
          expect(parseWad(`${digits}e${exponent}`)).to.equal(expected);
        },
      ),
    );
  });

  it("are printed in full, signed, without trailing zeros", () => {
    expect(formatUnitsExact(0n, 18)).to.equal("0");
    expect(formatUnitsExact(1n, 18)).to.equal("0.000000000000000001");
    expect(formatUnitsExact(-15n * 10n ** 5n, 6)).to.equal("-1.5");
    expect(formatUnitsExact(10n ** 8n, 6)).to.equal("100");
    expect(formatUnitsExact(1234n, 0)).to.equal("1234");
    expect(formatRatio((WAD * 3n) / 2n)).to.equal("1.5");
    expect(formatRatio((WAD * 2n) / 3n)).to.equal("0.666666");
  });

  it("are read only if they are non-negative decimal numbers", () => {
    for (const text of [
      "",
      ".5",
      "5.",
      "-1",
      "+1",
      "1e",
      "1e1.5",
      "NaN",
      "0x1",
      "1 ",
      "1e9999",
      "1e201",
      "Infinity",
      "1,5",
    ]) {
      expect(parseWad(text), text).to.equal(null);
    }
    expect(parseWad("1.0000000000000000019")).to.equal(WAD + 1n);
  });
});

describe("a stream of random numbers", () => {
  const bounds = fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.bigInt({ min: 0n, max: 10n ** 30n }))
    .map(([min, width]) => [min, min + width] as const);
  const seeds = fc.integer({ min: 0, max: 4_294_967_295 });

  it("draws inside its bounds, both included", () => {
    fc.assert(
      fc.property(seeds, bounds, (seed, [min, max]) => {
        const drawn = new RandomStream(seed, "any").between(min, max);
        expect(drawn >= min && drawn <= max).to.equal(true);
      }),
    );
    const stream = new RandomStream(1, "dice");
    const faces = new Set(Array.from({ length: 100 }, () => Number(stream.between(1n, 6n))));
    expect([...faces].sort()).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it("gives the same numbers whatever other streams are drawn from in between", () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 30 }), (seed, order) => {
        const streams = new Map(["a", "b", "c"].map((name) => [name, new RandomStream(seed, name)]));
        const drawn = new Map<string, bigint[]>(["a", "b", "c"].map((name) => [name, []]));
        for (const name of order) drawn.get(name)!.push(streams.get(name)!.between(0n, WAD));
        for (const [name, numbers] of drawn) {
          const alone = new RandomStream(seed, name);
          expect(numbers).to.deep.equal(numbers.map(() => alone.between(0n, WAD)));
        }
      }),
    );
  });

  it("differs by seed and by name, and does not repeat itself", () => {
    const first = (seed: number, name: string): bigint => new RandomStream(seed, name).between(0n, WAD);
    const stream = new RandomStream(1, "a");
    const drawn = Array.from({ length: 50 }, () => stream.between(0n, WAD));
    expect(new Set([...drawn, first(2, "a"), first(1, "b"), first(12, ""), first(1, "2")]).size).to.equal(54);
  });

  it("is as often in the lower half as in the upper", () => {
    const stream = new RandomStream(3, "fair");
    const low = Array.from({ length: 2000 }, () => stream.between(0n, 999n)).filter((n) => n < 500n).length;
    expect(low).to.be.within(900, 1100);
  });
});

describe("latencies", () => {
  const [a, b, c] = ["0xa", "0xb", "0xc"] as unknown as [VaultKey, VaultKey, VaultKey];

  it("count blocks from the first below health 1 to the one that mends it", () => {
    const latencies = new Latencies();
    latencies.observe(10, 100, [a, b]);
    latencies.observe(11, 112, [b]);
    latencies.observe(14, 300, [b, c]);
    latencies.observe(15, 312, []);
    expect(latencies.resolved()).to.deep.equal([1, 1, 5]);
    expect(latencies.resolved("seconds")).to.deep.equal([12, 12, 212]);
    expect(latencies.unresolved).to.equal(0);
  });

  it("start anew when a vault falls below 1 again, and leave out vaults still below", () => {
    const latencies = new Latencies();
    latencies.observe(1, 12, [a]);
    latencies.observe(2, 24, []);
    latencies.observe(7, 84, [a, c]);
    latencies.observe(10, 120, [c]);
    expect(latencies.resolved()).to.deep.equal([1, 3]);
    expect(latencies.unresolved).to.equal(1);
  });

  it("have the percentile that no more than the rest exceed, and none where it is not resolved", () => {
    const values = fc
      .array(fc.nat(1000), { minLength: 1, maxLength: 60 })
      .map((v) => v.sort((x, y) => x - y));
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (sorted, percent) => {
        const found = percentile(sorted, percent) ?? Number.NaN;
        expect(sorted).to.include(found);
        const reached = (limit: number): number => sorted.filter((value) => value <= limit).length * 100;
        expect(reached(found)).to.be.at.least(percent * sorted.length);
        expect(sorted.filter((value) => value < found).length * 100).to.be.lessThan(percent * sorted.length);
      }),
    );
    expect(percentile([1, 2, 3, 4], 50)).to.equal(2);
    expect(percentile([1, 2], 50, 2)).to.equal(2);
    expect(percentile([1, 2], 51, 2)).to.equal(null);
    expect(percentile([], 50, 1)).to.equal(null);
    expect(percentile([1, 2, 3, 4], 95)).to.equal(4);
    expect(percentile([], 95)).to.equal(0);
  });
});
