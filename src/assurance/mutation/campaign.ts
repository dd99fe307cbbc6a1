import { createHash } from "node:crypto";
import { basename } from "node:path";

import { DEPLOYABLE } from "../../build/lists.js";
import {
  type Compiled,
  type Compiler,
  CompilationError,
  ORIGINAL,
  type Pipeline,
  type Variant,
} from "./compiler.js";
import type { Differential } from "./differential.js";
import { type Mutant, apply, mutantsOf } from "./mutants.js";
import type { Records, Verdict } from "./records.js";
import type { SolidityTests } from "./solidityTests.js";
import type { Sources } from "./sources.js";

/** The verdict on a mutant. `by` names the test that killed it. */
export interface Result {
  readonly file: string;
  readonly mutant: Mutant;
  readonly status: Verdict["status"];
  readonly by: string;
  readonly seconds: number;
}

/** Selects mutants: all of them, or `sample` of them drawn by `seed`. */
export interface Choice {
  readonly sample: number | undefined;
  readonly seed: number;
}

/** Test folders of the engine and its storage, whose tests are in several files. */
const OWN_FOLDER: Readonly<Record<string, string>> = {
  "contracts/core/VaultEngine.sol": "test/contracts/core/VaultEngine/",
  "contracts/core/base/VaultEngineBase.sol": "test/contracts/core/VaultEngine/",
  "contracts/storage/VaultStorage.sol": "test/contracts/core/VaultEngine/",
};

/** Most variants compiled in one run. Beyond that the limit is memory, not time. */
const BATCH = { few: 4, many: 20 };

/**
 * Tries mutants. Each runs against the file's own tests first. Survivors then run against the other
 * Solidity tests that import the file, and at last, if requested, against the differential suite.
 * Except for the contracts of `OWN_FOLDER`, only tests that deploy nothing count as other tests.
 * The first failing test kills a mutant. A mutant that changes no deployed byte equals the
 * original.
 */
export class Campaign {
  /** The fastest pipeline that compiles each source. */
  private readonly pipelines = new Map<string, Pipeline>();

  constructor(
    private readonly sources: Sources,
    private readonly compiler: Compiler,
    private readonly solidity: SolidityTests,
    private readonly differential: Differential | undefined,
    private readonly records: Records,
    /** Whether a survivor has a written reason. Such a survivor is not tried any further. */
    private readonly explained: (file: string, mutant: Mutant) => boolean,
    private readonly note: (line: string) => void,
  ) {}

  /** The mutants of a file that `choice` selects, in the order of the text. */
  mutants(file: string, choice: Choice): Mutant[] {
    return this.draw([file], choice).get(file) ?? [];
  }

  /**
   * The mutants that `choice` selects from all these files together, by file in the order of its
   * text.
   */
  draw(files: readonly string[], choice: Choice): Map<string, Mutant[]> {
    const all = files.flatMap((file) =>
      mutantsOf(this.sources.read(file), this.compiler.ast(file)).map((m) => ({
        file,
        m,
        rank: digest(`${choice.seed} ${this.identity(file, m)}`),
      })),
    );
    const ranked = all.toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
    const drawn = new Set(ranked.slice(0, choice.sample));
    return new Map(
      files.map((file) => [file, all.filter((c) => c.file === file && drawn.has(c)).map(({ m }) => m)]),
    );
  }

  /**
   * Tries these mutants of a file. `fast` stops after the Solidity tests.
   * Throws if the tests fail, or do not compile, without any mutant.
   */
  async run(file: string, mutants: readonly Mutant[], fast = false): Promise<Result[]> {
    const all = this.testsOf(file);
    const mirror = file.replace(/^contracts\//, "test/contracts/").replace(/\.sol$/, "");
    const folder = OWN_FOLDER[file];
    const named = all.filter((test) => test === `${mirror}.t.sol` || test.startsWith(folder ?? `${mirror}/`));
    const own = named.length > 0 ? named : all;
    // Tests that deploy the system take a minute to compile. Except for the contracts of
    // `OWN_FOLDER`, the differential suite replaces them.
    const rest = all.filter(
      (test) => !own.includes(test) && (folder !== undefined || this.sources.deployed(test).length === 0),
    );
    const results = new Map<Mutant, Result>();
    const decide = (m: Mutant, verdict: Verdict): void => {
      const { status, by, seconds } = verdict;
      results.set(m, { file, mutant: m, status, by, seconds });
    };
    const survivors = (): Mutant[] =>
      mutants.filter((m) => {
        const status = results.get(m)?.status;
        return status === undefined || (status === "survived" && !this.explained(file, m));
      });
    await this.line(file, survivors(), own, decide);
    // Run tests that deploy the system one file at a time, short ones first, because most survivors
    // need only one.
    const deploying = rest.filter((test) => this.sources.deployed(test).length > 0);
    const single = deploying.sort((a, b) => this.length(a) - this.length(b)).map((test) => [test]);
    // Tests that deploy nothing reach libraries only.
    const pure = folder === undefined ? rest.filter((test) => !deploying.includes(test)) : [];
    for (const suites of [pure, ...single]) {
      if (suites.length > 0 && survivors().length > 0) await this.line(file, survivors(), suites, decide);
    }
    for (const m of fast ? [] : survivors()) {
      const verdict = this.last(file, m);
      if (verdict !== undefined) decide(m, verdict);
    }
    return mutants.flatMap((m) => results.get(m) ?? []);
  }

  /** Decides on a survivor by the differential suite, then by the deployed bytecode. */
  private last(file: string, m: Mutant): Verdict | undefined {
    const mutant = this.identity(file, m);
    const text = apply(this.sources.read(file), m);
    const deployed = this.sources.glob(DEPLOYABLE).filter((root) => this.changesWith(root, file));
    const code = this.sources.digest(deployed);
    const differential = this.differential;
    if (differential !== undefined) {
      const verdict = this.remembered(mutant, `differential ${code} ${differential.digest}`, () =>
        differential.kills(file, text) ? ["killed", "differential tests"] : ["survived", ""],
      );
      if (verdict.status === "killed") return verdict;
    }
    if (this.explained(file, m)) return undefined;
    const verdict = this.remembered(mutant, `bytecode ${code}`, () => {
      const [before, after] = this.compiler.compile([ORIGINAL, { file, text }], deployed, "ir", true);
      const same = before !== undefined && after !== undefined && codeOf(before) === codeOf(after);
      return [same ? "same bytecode" : "survived", ""];
    });
    return verdict.status === "same bytecode" ? verdict : undefined;
  }

  private length(test: string): number {
    return this.sources.read(test).length;
  }

  private remembered(
    mutant: string,
    tests: string,
    decide: () => readonly [Verdict["status"], string],
  ): Verdict {
    const known = this.records.find(mutant, tests);
    if (known !== undefined) return known;
    const started = performance.now();
    const [status, by] = decide();
    const verdict = { mutant, tests, status, by, seconds: since(started) };
    this.records.add(verdict);
    return verdict;
  }

  /** Runs mutants against these tests. */
  private async line(
    file: string,
    mutants: readonly Mutant[],
    suites: readonly string[],
    decide: (mutant: Mutant, verdict: Verdict) => void,
  ): Promise<void> {
    const tests = this.sources.digest(suites);
    const open: Mutant[] = [];
    for (const m of mutants) {
      const known = this.records.find(this.identity(file, m), tests);
      if (known === undefined) open.push(m);
      else decide(m, known);
    }
    if (open.length === 0) return;

    const roots = [...new Set(suites.flatMap((test) => [test, ...this.sources.deployed(test)]))];
    const original = this.compile([ORIGINAL], roots)[0] ?? [];
    const system = roots.length > suites.length;
    const baseline = await this.solidity.run(original, "full", system);
    if (baseline.ran === 0) throw new Error(`${suites.join(", ")}: no test ran`);
    // A deployed system is compiled unoptimised here. It is larger and uses more gas than its gas
    // tests allow, so these tests may fail.
    const enough = system ? baseline.failed.length < baseline.ran : baseline.failed.length === 0;
    const list = baseline.failed.join(", ");
    if (!enough) throw new Error(`fails without any mutant: ${list}`);
    if (baseline.failed.length > 0) this.note(`set aside, they fail unoptimised: ${list}`);
    const setAside = new Set(baseline.failed);

    const touched = roots.filter((root) => this.changesWith(root, file));
    const same = original.filter((c) => !touched.includes(c.source));
    const expected = codeOf(original.filter((c) => touched.includes(c.source)));
    const size = system || this.split(touched).ir.length > 0 ? BATCH.few : BATCH.many;
    for (let from = 0; from < open.length; from += size) {
      const batch = open.slice(from, from + size);
      const started = performance.now();
      const variants = batch.map((m) => ({ file, text: apply(this.sources.read(file), m) }));
      const compiled = this.compile(variants, touched);
      const share = since(started) / batch.length;
      for (const [i, m] of batch.entries()) {
        const begun = performance.now();
        const code = compiled[i];
        const [status, by] =
          code === undefined
            ? (["invalid", ""] as const)
            : codeOf(code) === expected
              ? // Nothing that these tests run has changed.
                (["survived", ""] as const)
              : await this.fate([...code, ...same], system, setAside);
        const verdict = { mutant: this.identity(file, m), tests, status, by, seconds: share + since(begun) };
        this.records.add(verdict);
        decide(m, verdict);
      }
      this.note(`${basename(file)}: ${Math.min(from + size, open.length)} of ${open.length}`);
    }
  }

  private async fate(
    code: readonly Compiled[],
    system: boolean,
    setAside: ReadonlySet<string>,
  ): Promise<readonly ["killed" | "survived", string]> {
    for (const effort of ["quick", "full"] as const) {
      const { failed, ran } = await this.solidity.run(code, effort, system);
      const first = failed.find((test) => !setAside.has(test));
      if (first !== undefined) return ["killed", first];
      if (ran === 0) throw new Error("no test ran");
    }
    return ["survived", ""];
  }

  /**
   * Compiles each root with its own pipeline. The result of a variant that does not compile is
   * undefined.
   */
  private compile(
    variants: readonly Variant[],
    roots: readonly string[],
  ): (readonly Compiled[] | undefined)[] {
    const { legacy, ir } = this.split(roots);
    const first =
      legacy.length === 0 ? variants.map(() => []) : this.compiler.compile(variants, legacy, "legacy");
    if (ir.length === 0) return first;
    const valid = variants.filter((_, i) => first[i] !== undefined);
    const second = this.compiler.compile(valid, ir, "ir");
    return variants.map((variant, i) => {
      const rest = second[valid.indexOf(variant)];
      return first[i] === undefined || rest === undefined ? undefined : [...first[i], ...rest];
    });
  }

  private split(roots: readonly string[]): Readonly<Record<Pipeline, string[]>> {
    for (;;) {
      const legacy = roots.filter((root) => this.pipelines.get(root) !== "ir");
      if (legacy.every((root) => this.pipelines.has(root))) {
        return { legacy, ir: roots.filter((root) => !legacy.includes(root)) };
      }
      try {
        this.compiler.compile([ORIGINAL], legacy, "legacy");
        for (const root of legacy) this.pipelines.set(root, "legacy");
      } catch (error) {
        if (!(error instanceof CompilationError)) throw error;
        const blocked = legacy.filter((root) => this.sources.closure(root).has(error.file));
        if (blocked.length === 0) throw error;
        for (const root of blocked) this.pipelines.set(root, "ir");
      }
    }
  }

  /**
   * Whether the code of `root` can change with the code of `file`. A library is compiled into every
   * importer. A contract is compiled only into contracts that create it, so that tests that merely
   * call it need no new compilation.
   */
  private changesWith(root: string, file: string): boolean {
    const closure = this.sources.closure(root);
    if (!closure.has(file)) return false;
    if (root === file) return true;
    const contracts = [...this.sources.read(file).matchAll(/^(?:abstract )?contract (\w+)/gm)].map(
      (m) => m[1] ?? "",
    );
    const onlyContracts =
      contracts.length > 0 && !/^(library |function |using )/m.test(this.sources.read(file));
    const used = new RegExp(
      `\\b(new|type\\() ?(${contracts.join("|")})\\b|^(abstract )?contract \\w+ is [^{]*\\b(${contracts.join("|")})\\b`,
      "m",
    );
    return !onlyContracts || [...closure].some((name) => used.test(this.sources.read(name)));
  }

  /** The Solidity tests that import or deploy a file. */
  private testsOf(file: string): string[] {
    return this.sources.glob("test/contracts/**/*.t.sol").filter((test) => this.sources.reaches(test, file));
  }

  private identity(file: string, { range, replacement }: Mutant): string {
    return digest(`${file} ${this.sources.read(file)} ${range.start} ${range.end} ${replacement}`);
  }
}

function codeOf(compiled: readonly Compiled[]): string {
  return digest(compiled.map((c) => `${c.source}:${c.name}:${c.creation}`).join("\n"));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function since(started: number): number {
  return (performance.now() - started) / 1_000;
}
