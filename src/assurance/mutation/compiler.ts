import { createRequire } from "node:module";

import { type Node, isNode } from "./ast.js";
import type { Sources } from "./sources.js";

/**
 * Pipelines that compile tests. "legacy" is several times faster, but does not support every
 * feature. Neither optimises.
 */
export type Pipeline = "legacy" | "ir";

/** A project in which `file` has another text. The unchanged project has an empty `file`. */
export interface Variant {
  readonly file: string;
  readonly text: string;
}

export const ORIGINAL: Variant = { file: "", text: "" };

/** A compiled contract of a test file. Bytecode is in hex, without metadata. */
export interface Compiled {
  readonly source: string;
  readonly name: string;
  readonly abi: readonly { readonly type: string; readonly name?: string }[];
  readonly creation: string;
  readonly runtime: string;
}

/**
 * A compilation failed for a reason that no variant explains. `file` is the location, if the
 * compiler reported one.
 */
export class CompilationError extends Error {
  override readonly name = "CompilationError";

  constructor(
    message: string,
    readonly file: string,
  ) {
    super(message);
  }
}

interface Output {
  readonly errors?: readonly {
    readonly severity: string;
    readonly formattedMessage: string;
    readonly sourceLocation?: { readonly file: string };
  }[];
  readonly sources?: Readonly<Record<string, { readonly ast?: unknown }>>;
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, RawContract>>>>;
}

interface RawContract {
  readonly abi: Compiled["abi"];
  readonly evm: {
    readonly bytecode: { readonly object: string };
    readonly deployedBytecode: { readonly object: string };
  };
}

/** The project's own compiler, kept loaded. */
export class Compiler {
  private readonly solc: {
    compile(
      input: string,
      callbacks: { import: (path: string) => { contents: string } | { error: string } },
    ): string;
  };

  constructor(private readonly sources: Sources) {
    this.solc = createRequire(import.meta.url)("solc") as typeof this.solc;
  }

  /** The AST of a source. */
  ast(file: string): Node {
    const output = this.run([ORIGINAL], [file], "legacy", ["ast"], true);
    const tree = output.sources?.[prefixed(0, file)]?.ast;
    if (!isNode(tree)) throw new CompilationError(describe(output) ?? `${file}: no AST`, file);
    return tree;
  }

  /**
   * Compiles test files once for each variant, all in one run, because shared sources are then read
   * once.
   * Returns the contracts by variant, undefined for a variant that does not compile. Throws a
   * `CompilationError` if the variant is not the cause.
   */
  compile(
    variants: readonly Variant[],
    tests: readonly string[],
    pipeline: Pipeline,
    optimise = false,
  ): (readonly Compiled[] | undefined)[] {
    const valid = new Set(variants.keys());
    while (valid.size > 0) {
      const order = [...valid];
      const chosen = order.map((i) => variants[i] ?? ORIGINAL);
      const output = this.run(chosen, tests, pipeline, CODE, false, optimise);
      const errors = (output.errors ?? []).filter((e) => e.severity === "error");
      if (errors.length === 0) {
        const compiled = new Map(order.map((i, at) => [i, contracts(output, at, tests)]));
        return variants.map((_, i) => compiled.get(i));
      }
      const before = valid.size;
      for (const error of errors) {
        const at = /^variant(\d+)\//.exec(error.sourceLocation?.file ?? "");
        const index = at === null ? undefined : order[Number(at[1])];
        if (index !== undefined && variants[index] !== ORIGINAL) valid.delete(index);
      }
      if (valid.size === before) {
        const file = errors[0]?.sourceLocation?.file.replace(/^variant\d+\//, "") ?? "";
        throw new CompilationError(errors[0]?.formattedMessage ?? "", file);
      }
    }
    return variants.map(() => undefined);
  }

  private run(
    variants: readonly Variant[],
    roots: readonly string[],
    pipeline: Pipeline,
    selection: readonly string[],
    tree: boolean,
    optimise = false,
  ): Output {
    const read = (path: string): string => {
      const match = /^variant(\d+)\/(.*)$/.exec(path);
      if (match === null) return this.sources.read(path);
      const variant = variants[Number(match[1])];
      const name = match[2] ?? "";
      return variant?.file === name ? variant.text : this.sources.read(name);
    };
    const wanted = variants.flatMap((_, i) => roots.map((root) => prefixed(i, root)));
    const input = {
      language: "Solidity",
      sources: Object.fromEntries(wanted.map((path) => [path, { content: read(path) }])),
      settings: {
        viaIR: pipeline === "ir",
        evmVersion: "cancun",
        optimizer: { enabled: optimise, runs: 1000 },
        metadata: { appendCBOR: false, bytecodeHash: "none" },
        outputSelection: Object.fromEntries(wanted.map((path) => [path, { [tree ? "" : "*"]: selection }])),
      },
    };
    const callback = (path: string): { contents: string } | { error: string } => {
      try {
        return { contents: read(path) };
      } catch (error) {
        return { error: String(error) };
      }
    };
    return JSON.parse(this.solc.compile(JSON.stringify(input), { import: callback })) as Output;
  }
}

const CODE = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"];

function prefixed(i: number, file: string): string {
  return `variant${i}/${file}`;
}

function contracts(output: Output, i: number, tests: readonly string[]): Compiled[] {
  return tests.flatMap((test) =>
    Object.entries(output.contracts?.[prefixed(i, test)] ?? {}).map(([name, raw]) => ({
      source: test,
      name,
      abi: raw.abi,
      creation: raw.evm.bytecode.object,
      runtime: raw.evm.deployedBytecode.object,
    })),
  );
}

function describe(output: Output): string | undefined {
  return output.errors?.find((e) => e.severity === "error")?.formattedMessage;
}
