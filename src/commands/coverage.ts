import hardhat from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";

import { CliError, type CommandSpec } from "../cli/args.js";
import { InputError } from "../format/inputError.js";
import { type Main } from "../cli/run.js";
import { table } from "../format/table.js";
import { type FileCoverage, percent, ranges, summarise } from "../assurance/coverage/summary.js";

/** Least line and statement coverage [percent]. */
const LEAST = 98;

/**
 * Fewer examples than `npm test` draws, because every line is reached early and coverage of each
 * run is kept in memory.
 */
const SHORT = { fuzz: { runs: 16 }, invariant: { runs: 4, depth: 32, failOnRevert: true } };

/**
 * Folder for instrumented contracts. It is separate because nothing else runs them, and other
 * commands may run meanwhile.
 */
const APART = "./cache/coverage";

/** Tests that fail when instrumented, and the reason. Every other test must pass here too. */
const DISTURBED: Readonly<Record<string, string>> = {
  "BoundedCallTest.testFuzz_read_copiesTheFirstFiveWordsAndTellsTheSize": "looks at unused memory",
  "VolatilityMarginTest.test_power_ofTwoAssetsCostsLittleGas": "measures gas",
  "VolatilityModelTest.test_pokePair_foldsInAtMostTwoHundredHours": "measures gas",
};

/** The fields of Hardhat's test result that are read here. */
interface TestRun {
  readonly suiteResults: readonly {
    readonly id: { readonly name: string };
    readonly testResults: readonly { readonly name: string; readonly status: string }[];
  }[];
}

/**
 * The method of Hardhat's coverage plug-in that is used here. The plug-in's own report has no
 * statement counts.
 */
interface CoverageManager {
  getReport(): Promise<
    Record<
      string,
      {
        readonly lineExecutionCounts: ReadonlyMap<number, number>;
        readonly executedStatementsCount: number;
        readonly unexecutedStatementsCount: number;
        readonly executedLinesCount: number;
        readonly unexecutedLines: ReadonlySet<number>;
      }
    >
  >;
}

/** `npm run coverage`. */
export const COVERAGE = {
  usage: "npm run coverage",
  summary: `Line and statement coverage of contracts/ by the Solidity tests; fails below ${LEAST} %.`,
  options: {
    least: { type: "string", value: "PERCENT", help: `fail below this instead of ${LEAST}` },
  },
} as const satisfies CommandSpec;

export const coverage: Main<typeof COVERAGE> = async (options, io) => {
  const least = options.least === undefined ? LEAST : Number(options.least);
  if (!(least >= 0 && least <= 100)) throw new InputError("--least must be between 0 and 100");
  const config = hardhat.userConfig;
  const hre = await createHardhatRuntimeEnvironment(
    {
      ...config,
      paths: { ...config.paths, artifacts: `${APART}/artifacts`, cache: `${APART}/cache` },
      typechain: { outDir: `${APART}/types` },
      test: { ...config.test, solidity: SHORT },
    },
    { coverage: true },
    process.cwd(),
  );
  const tests = (await hre.tasks.getTask(["test", "solidity"]).run({})) as {
    readonly value?: TestRun;
    readonly error?: TestRun;
  };
  const failed = failures((tests.value ?? tests.error)?.suiteResults ?? []);
  for (const name of failed.filter((name) => name in DISTURBED)) {
    io.note(`${name} fails when instrumented, because it ${DISTURBED[name]}`);
  }
  const others = failed.filter((name) => !(name in DISTURBED));
  if (others.length > 0) throw new CliError(`failing: ${others.join(", ")}`);
  const { _coverage } = hre as unknown as { readonly _coverage?: CoverageManager };
  if (_coverage === undefined) throw new CliError("Hardhat collected no coverage");

  const report = new Map<string, FileCoverage>();
  for (const [path, file] of Object.entries(await _coverage.getReport())) {
    report.set(path, {
      executedLines: file.executedLinesCount,
      lines: file.lineExecutionCounts.size,
      executedStatements: file.executedStatementsCount,
      statements: file.executedStatementsCount + file.unexecutedStatementsCount,
      missing: [...file.unexecutedLines].sort((a, b) => a - b),
    });
  }
  const summary = summarise(report);
  if (summary.files.length === 0) throw new CliError("no contract was covered at all");
  const shown = (value: number): string => `${value.toFixed(2)} %`;
  const rows = summary.files.map((file) => [
    file.path,
    shown(percent(file.executedLines, file.lines)),
    shown(percent(file.executedStatements, file.statements)),
    ranges(file.missing),
  ]);
  rows.push(["all contracts", shown(summary.line), shown(summary.statement), ""]);
  io.out(
    table(
      [
        { heading: "file" },
        { heading: "lines", align: "right" },
        { heading: "statements", align: "right" },
        { heading: "lines never executed" },
      ],
      rows,
    ),
  );
  if (Math.min(summary.line, summary.statement) < least) {
    throw new CliError(`coverage is below ${least} %`);
  }
};

/** Names of the failed tests: contract and function. */
function failures(suites: TestRun["suiteResults"]): string[] {
  return suites.flatMap(({ id, testResults }) =>
    testResults
      .filter(({ status }) => status === "Failure")
      .map(({ name }) => `${id.name}.${name.split("(", 1)[0] ?? ""}`),
  );
}
