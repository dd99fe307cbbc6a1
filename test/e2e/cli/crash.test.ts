import { expect } from "chai";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { type Ablation, VARIANTS } from "../../../src/lab/replay/ablation.js";
import type { Provenance, ReplayResult } from "../../../src/lab/result/result.js";
import { barRows, line, priceRows, replayOf, stamp } from "../../support/lab/lab.js";
import { SHAPE, expectShape } from "./support/resultShape.js";
import { type Ended, runScript, scratch } from "../../support/process.js";

/** Progress without a terminal: each phase to its end, at most one line for ten percent. */
const PROGRESS = /^(Opening vaults: \d+ %[^\n]*\n){1,11}(Replaying: \d+ %[^\n]*\n){1,11}$/;
const HEADER = "timestamp_utc,price\n";
const GOOD = priceRows(300, line(200, 110, 12));

/** Files of one test run. Each invalid file is refused for one reason. */
const FILES: Readonly<Record<string, string>> = {
  "good.csv": GOOD,
  "header.csv": "when,price\n",
  "norows.csv": HEADER,
  "onerow.csv": `${HEADER}${stamp(0)},200\n`,
  "zero.csv": priceRows(300, [200, 0, 200]),
  "negative.csv": priceRows(300, [200, -1, 200]),
  "nan.csv": priceRows(300, [200, "NaN", 200]),
  "empty.csv": priceRows(300, [200, "", 200]),
  "fields.csv": priceRows(300, [200, "1,2", 200]),
  "unsorted.csv": `${HEADER}${stamp(300)},200\n${stamp(0)},200\n`,
  "twice.csv": `${HEADER}${stamp(0)},200\n${stamp(0)},200\n`,
  "hole.csv": `${HEADER}${[0, 300, 600, 1600].map((t) => `${stamp(t)},200`).join("\n")}\n`,
  "bar.csv": barRows(3600, [
    [200, 210, 190, 195],
    [200, 199, 190, 195],
  ]),
  "tiny.csv": priceRows(300, ["1e-9", "1e-9"]),
};

describe("the crash command", function () {
  let directory: Awaited<ReturnType<typeof scratch>>;
  const at = (name: string): string => join(directory.path, name);
  const crash = (...args: string[]): Promise<Ended> => runScript("crash", args);

  const file = (name: string, message: RegExp): Case => [
    `a price file: ${name}`,
    () => ["--prices", at(name)],
    message,
  ];
  type Case = readonly [name: string, args: () => string[], stderr: RegExp];
  const set = (name: string, values: readonly string[], message: RegExp): Case => [
    name,
    () => ["--prices", at("good.csv"), "--vaults", "3", ...values.flatMap((value) => ["--set", value])],
    message,
  ];

  const CASES: readonly Case[] = [
    [
      "an unknown scenario",
      () => ["black-friday"],
      /^scenario: "black-friday": unknown; allowed are black-thursday-2020$/,
    ],
    [
      "a second argument",
      () => ["black-thursday-2020", "again"],
      /^argument: "again": unexpected; allowed are --scenario, /,
    ],
    [
      "an unknown option",
      () => ["--frobnicate"],
      /^--frobnicate: unknown option; allowed are --scenario, --prices, /,
    ],
    [
      "a price file that is missing",
      () => ["--prices", at("none.csv")],
      /^--prices: "\S+none.csv": cannot be read \(ENOENT\); must be a CSV file$/,
    ],
    [
      "a price file that is a folder",
      () => ["--prices", directory.path],
      /^--prices: "\S+": cannot be read \(EISDIR\); must be a CSV file$/,
    ],
    file("header.csv", /^--prices: line 1: header "when,price": must be /),
    file("norows.csv", /^--prices: rows: 0: must be at least 2$/),
    file("onerow.csv", /^--prices: rows: 1: must be at least 2$/),
    file("zero.csv", /^--prices: line 3: price: "0": must be a positive/),
    file("negative.csv", /^--prices: line 3: price: "-1": must be a positive/),
    file("nan.csv", /^--prices: line 3: price: "NaN": must be a positive/),
    file("empty.csv", /^--prices: line 3: price: "": must be a positive/),
    file("fields.csv", /^--prices: line 3: "\S+,1,2": must have 2 fields/),
    file("unsorted.csv", /^--prices: line 3: timestamp_utc: 2024-01-01T00:00:00Z: must be at least/),
    file("twice.csv", /^--prices: line 3: timestamp_utc: 2024-01-01T00:00:00Z: must be at least/),
    file(
      "hole.csv",
      /^--prices: line 5: timestamp_utc: 1000 s after the row before: must be at most three times/,
    ),
    file("bar.csv", /^--prices: line 3: high: 199: must be at least open and close$/),
    file("tiny.csv", /^parameters: first price of WETH: 0.000000001: must be at least 0.000001$/),
    ["no vaults", () => ["--vaults", "0"], /^--vaults: "0": must be an integer from 1 to 10000$/],
    [
      "vaults that are no number",
      () => ["--vaults", "abc"],
      /^--vaults: "abc": must be an integer from 1 to 10000$/,
    ],
    ["a negative seed", () => ["--seed=-1"], /^--seed: "-1": must be an integer from 0 to 4294967295$/],
    [
      "a negative seed as a word of its own",
      () => ["--seed", "-1"],
      /^--seed: missing: the option needs a value, S$/,
    ],
    [
      "a keeper that is neither on nor off",
      () => ["--keeper", "maybe"],
      /^--keeper: "maybe": must be on, off, or silent=<duration> such as silent=12h, 90m or 600s, up to a year$/,
    ],
    set("an unknown section", ["moon.depth=1"], /^--set: "moon": unknown section; allowed are WETH, /),
    set("an unknown key", ["WETH.moon=1"], /^--set: "WETH.moon": unknown key; allowed are ltvBps, /),
    set("a setting without a value", ["WETH.depth"], /^--set: "WETH.depth": must be section.key=value$/),
    set(
      "a setting out of range",
      ["WETH.slopeBps=70000"],
      /^--set WETH.slopeBps: "70000": must be an integer from 0 to 65535$/,
    ),
    set(
      "parameters that contradict each other",
      ["WETH.ltvBps=9000"],
      /^parameters: assets\[0\]\.ltvBps: 9000: must be /,
    ),
    set(
      "a bonus whose least exceeds its most",
      ["WETH.minBonusBps=2000"],
      /^parameters: .*minBonusBps: 2000: must be /,
    ),
    set(
      "a fee that the market does not know",
      ["market.feePips=700"],
      /^parameters: market.feePips: 700: must be one of 500, 3000, 10000$/,
    ),
    set(
      "a least use above the greatest",
      ["population.minUse=0.9", "population.maxUse=0.5"],
      /^parameters: population.minUse: 0.9: must be at most population.maxUse, 0.5$/,
    ),
    set(
      "more decimals than the debt asset has",
      ["debt.decimals=6", "keeper.minProfit=0.0000001"],
      /^parameters: keeper.minProfit: 0.0000001: must have at most 6 decimals$/,
    ),
    set(
      "debts below dust",
      ["population.minDebt=500", "population.maxDebt=900"],
      /^parameters: vault \d+ cannot be opened: DebtBelowDust/,
    ),
    set(
      "a cap below the book",
      ["WETH.supplyCap=1"],
      /^parameters: vault \d+ cannot be opened: SupplyCapExceeded/,
    ),
    [
      "prices and rounds at once",
      () => ["--prices", at("good.csv"), "--rounds", at("good.csv")],
      /^--prices and --rounds: give one of them$/,
    ],
    [
      "rounds that are prices",
      () => ["--rounds", at("good.csv")],
      /^--rounds: line 1: header: must be timestamp,price$/,
    ],
    [
      "a title of two lines",
      () => ["--title", "one\ntwo"],
      /^--title: "one\\ntwo": must be one line of at most 120 characters$/,
    ],
    [
      "a rule for gaps that is none",
      () => ["--prices", at("good.csv"), "--gaps", "fill"],
      /^--gaps: "fill": must be one of refuse, hold$/,
    ],
    [
      "a result into a file that exists",
      () => ["--prices", at("good.csv"), "--json", at("good.csv")],
      /^--json: "\S+good.csv": exists; give another name, or --force to replace it$/,
    ],
    [
      "a result into a file that is a folder",
      () => ["--prices", at("good.csv"), "--json", directory.path],
      /^--json: "\S+": must be a file$/,
    ],
    [
      "a result into a folder that is missing",
      () => ["--prices", at("good.csv"), "--json", at("none/result.json")],
      /^--json: "\S+none": must be an existing folder$/,
    ],
  ];

  const refused = new Map<Case, Ended>();
  let good: Ended;

  before(async () => {
    directory = await scratch();
    for (const [name, text] of Object.entries(FILES)) await writeFile(at(name), text);
    // Two at a time, because each is a process that spends its time loading.
    const waiting = [...CASES];
    const work = async (): Promise<void> => {
      for (let c = waiting.shift(); c !== undefined; c = waiting.shift())
        refused.set(c, await crash("--out", at("out"), ...c[1]()));
    };
    await Promise.all([work(), work()]);
    await mkdir(at("results"));
    good = await crash(
      ...["--prices", at("good.csv"), "--vaults", "20", "--seed", "3", "--out", at("new/report")],
      ...["--set", "rate.kink=0.75", "--set", "WETH.depth=4000000", "--json", at("results/r.json")],
    );
  });

  after(() => directory.remove());

  const result = async (): Promise<ReplayResult & { readonly provenance: Provenance }> =>
    JSON.parse(await readFile(at("results/r.json"), "utf8")) as ReplayResult & {
      readonly provenance: Provenance;
    };

  for (const c of CASES) {
    it(`refuses ${c[0]} in one line, with exit code 2`, () => {
      const { code, stdout, stderr } = refused.get(c)!;
      expect(stderr).to.match(/^[^\n]+\n$/, "exactly one line");
      expect(stderr.trimEnd()).to.match(c[2]);
      expect(code).to.equal(2);
      expect(stdout).to.equal("");
    });
  }

  it("writes nothing where it refuses", async () => {
    expect((await readdir(directory.path)).sort()).to.deep.equal(
      [...Object.keys(FILES), "new", "results"].sort(),
    );
  });

  it("replays a price file, prints the verdict and says where the report is", () => {
    expect(good.stderr).to.match(PROGRESS);
    expect(good.code).to.equal(0);
    expect(good.stdout).to.match(/^No bad debt\.\n/);
    expect(good.stdout).to.include(`Report: ${at("new/report/report.html")}\n`);
  });

  it("writes the report as one page, and nothing else beside it", async () => {
    expect(await readdir(at("new/report"))).to.deep.equal(["report.html"]);
    const page = await readFile(at("new/report/report.html"), "utf8");
    expect(page)
      .to.match(/^<!doctype html>/i)
      .and.to.match(/<\/html>\s*$/i);
    expect(page).to.include("npm run crash -- --prices good.csv --vaults 20 --seed 3 --keeper on");
    expect(page).to.not.include(directory.path);
  });

  it("writes a result with all its keys, in order, each of its kind", async () => {
    expectShape(await result(), SHAPE, "result");
  });

  it("writes no path into the result", async () => {
    const text = await readFile(at("results/r.json"), "utf8");
    expect(text).to.not.match(/[/\\]/);
    expect(text.endsWith("}\n")).to.equal(true);
  });

  it("writes the result that the same replay gives in another process, but for its speed", async () => {
    const inputs = { vaults: 20, seed: 3, set: ["WETH.depth=4000000", "rate.kink=0.75"] };
    const { result: here } = await replayOf(GOOD, inputs);
    const { speed, provenance, ...there } = await result();
    const { speed: ownSpeed, ...own } = here;
    const named = { ...there, scenario: own.scenario, input: { ...there.input, name: own.input.name } };
    expect(JSON.stringify(named)).to.equal(JSON.stringify(own));
    const text = JSON.stringify(there);
    expect(provenance.result).to.equal(createHash("sha256").update(text).digest("hex"));
    const file = await readFile(at("good.csv"));
    expect(there.input.sha256).to.equal(createHash("sha256").update(file).digest("hex"));
    expect(there.parameters).to.include({ "rate.kink": "0.75", "keeper.perBlock": "25" });
    const page = await readFile(at("new/report/report.html"), "utf8");
    for (const digest of [provenance.result, provenance.contracts, there.input.sha256])
      expect(page).to.include(digest);
    expect([speed.transactions, speed.gasUsed]).to.deep.equal([ownSpeed.transactions, ownSpeed.gasUsed]);
  });

  it("silences everybody from the first price 5 % below the highest before it, and shows every step of the waterfall", async () => {
    const { code, stdout, stderr } = await crash(
      ...["--prices", at("good.csv"), "--vaults", "20", "--seed", "3", "--keeper", "silent=20m"],
      ...["--json", at("results/silent.json"), "--out", at("new/silent")],
    );
    expect(stderr).to.match(PROGRESS);
    expect(code).to.equal(0);
    const { keeper, badDebt } = JSON.parse(await readFile(at("results/silent.json"), "utf8")) as ReplayResult;
    expect(keeper).to.equal("silent");
    expect(badDebt.lenders).to.match(/^0(\.0+)?$/);
    for (const step of ["backstop", "reserve", "lenders"]) expect(stdout).to.match(new RegExp(step, "i"));
    expect(await readdir(at("new/silent"))).to.deep.equal(["report.html"]);
  });

  it("compares the system with itself without each defence on --ablate, one row each", async () => {
    const { code, stdout, stderr } = await crash(
      ...["--prices", at("good.csv"), "--vaults", "6", "--seed", "3", "--ablate"],
      ...["--json", at("results/ablation.json"), "--out", at("new/ablation")],
    );
    expect(stderr).to.match(
      /^1 of 5, everything on: Opening vaults: [^]*\n5 of 5, no autopilot: Replaying: 100 %\n$/,
    );
    expect(code).to.equal(0);
    const { rows } = JSON.parse(await readFile(at("results/ablation.json"), "utf8")) as Ablation;
    expect(rows.map((row) => row.variant)).to.deep.equal(VARIANTS.map(({ name }) => name));
    for (const row of rows) {
      expect(stdout).to.include(row.variant);
      expect(row.result.checks.violations + row.result.checks.modelMismatches).to.equal(0);
    }
    expect(stdout).to.include(`Report of everything on: ${at("new/ablation/report.html")}\n`);
  });

  it("lists scenarios and parameters without replaying any", async () => {
    const { code, stdout, stderr } = await crash("--list", "--set", "keeper.perBlock=7");
    expect([code, stderr]).to.deep.equal([0, ""]);
    expect(stdout).to.match(/^Scenarios:\n {2}black-thursday-2020\n/);
    expect(stdout)
      .to.include("  WETH.liquidationThresholdBps=8000\n")
      .and.to.include("  keeper.perBlock=7\n");
  });

  it("prints its options on --help", async () => {
    const { code, stdout } = await crash("--help");
    expect(code).to.equal(0);
    for (const option of [
      "--prices FILE.csv",
      "--vaults N",
      "--keeper on|off|silent=12h",
      "--set section.key=value",
    ])
      expect(stdout).to.include(option);
  });

  it("ends with exit code 1 and says where, if the model differs from the chain", async () => {
    const broken = pathToFileURL(resolve("test/support/lab/brokenModel.ts")).href;
    const { code, stdout } = await runScript(
      "crash",
      ["--prices", at("good.csv"), "--vaults", "3", "--out", at("new/report")],
      { NODE_OPTIONS: `--import tsx --import ${broken}`, BREAK_MODEL: "1" },
    );
    expect(stdout).to.match(/ {2}block \d+: pool\.totalAssets: chain \d+, model \d+\n/);
    expect(code).to.equal(1);
  });
});
