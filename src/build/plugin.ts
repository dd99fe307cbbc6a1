/**
 * Compiles contracts with one compiler per core. Each compiler sees all sources and emits a part of
 * the contracts. The bytecode is the same as in a single run, because the sources are the same.
 */
import { availableParallelism } from "node:os";
import { basename, join, relative } from "node:path";

import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerInput, CompilerOutput } from "hardhat/types/solidity";

import { noteBuilt } from "./stamp.js";

type Sources = CompilerInput["sources"];
type Selection = CompilerInput["settings"]["outputSelection"];

/**
 * A compiler takes some 600 MB. With more than three compilers the largest contract alone
 * determines the time.
 */
const MOST_COMPILERS = 3;
/**
 * Weight of a contract that creates another, because the code of the other is emitted inside it.
 */
const CREATOR_WEIGHT = 1.6;

/** Matches a compiler message about code of a dependency. */
const FOREIGN = /--> \S*(npm|node_modules)\//;

/**
 * Splits sources into at most `count` parts of about equal work. A contract and the one it creates
 * stay together, because they share code.
 */
export function partsOf(sources: Sources, count: number): string[][] {
  const names = new Map(Object.keys(sources).map((source) => [basename(source, ".sol"), source]));
  const groupOf = new Map(Object.keys(sources).map((source) => [source, [source]]));
  for (const [source, { content }] of Object.entries(sources)) {
    for (const [, name = ""] of content.matchAll(/\bnew ([A-Z]\w+)\(/g)) {
      const created = names.get(name);
      const [mine, theirs] = [groupOf.get(source), created === undefined ? undefined : groupOf.get(created)];
      if (mine === undefined || theirs === undefined || mine === theirs) continue;
      mine.push(...theirs);
      for (const moved of theirs) groupOf.set(moved, mine);
    }
  }
  const groups = [...new Set(groupOf.values())].map((group) => {
    const size = group.reduce((sum, source) => sum + codeSize(sources[source]?.content ?? ""), 0);
    return { group, weight: group.length > 1 ? size * CREATOR_WEIGHT : size };
  });
  const parts = Array.from({ length: count }, () => ({ sources: [] as string[], weight: 0 }));
  for (const { group, weight } of groups.sort((a, b) => b.weight - a.weight)) {
    const lightest = parts.reduce((least, part) => (part.weight < least.weight ? part : least));
    lightest.sources.push(...group);
    lightest.weight += weight;
  }
  return parts.map((part) => part.sources).filter((part) => part.length > 0);
}

/** Number of characters of code. Interfaces and comments cost the compiler next to nothing. */
function codeSize(content: string): number {
  if (!/^(abstract )?(contract|library) /m.test(content)) return 0;
  return content.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "").length;
}

function merged(outputs: readonly CompilerOutput[]): CompilerOutput {
  const [first] = outputs;
  if (first === undefined) throw new RangeError("nothing was compiled");
  const errors = new Map(
    outputs.flatMap((o) => o.errors ?? []).map((error) => [JSON.stringify(error), error]),
  );
  return {
    ...first,
    ...(errors.size > 0 && { errors: [...errors.values()] }),
    contracts: Object.assign({}, ...outputs.map((o) => o.contracts)) as NonNullable<
      CompilerOutput["contracts"]
    >,
  };
}

/** Compiles in parallel, hides warnings about dependencies, and records the build. */
export const parallelBuild: HardhatPlugin = {
  id: "breakwater-parallel-build",
  hookHandlers: {
    solidity: async () =>
      Promise.resolve({
        default: async () =>
          Promise.resolve({
            invokeSolc: async (context, compiler, input, config, next) => {
              const all = input.settings.outputSelection["*"];
              const count = Math.min(availableParallelism(), MOST_COMPILERS);
              const parts = input.settings.optimizer.enabled === true ? partsOf(input.sources, count) : [];
              if (all === undefined || parts.length < 2) return next(context, compiler, input, config);
              const { "": perSource = [], "*": perContract = [] } = all;
              const outputs = await Promise.all(
                parts.map(async (part, i) => {
                  const outputSelection: Selection = Object.fromEntries(
                    part.map((s) => [s, { "*": perContract }]),
                  );
                  if (i === 0) outputSelection["*"] = { "": perSource };
                  return await next(
                    context,
                    compiler,
                    { ...input, settings: { ...input.settings, outputSelection } },
                    config,
                  );
                }),
              );
              return merged(outputs);
            },
            getCompilationJobErrors: async (context, job, output, next) =>
              (await next(context, job, output)).filter(
                ({ severity, formattedMessage }) =>
                  severity === "error" || !FOREIGN.test(formattedMessage ?? ""),
              ),
            processArtifactsAfterSuccessfulBuild: async (
              { config },
              _artifacts,
              roots,
              { scope, cleanupArtifacts },
            ) => {
              const { root, artifacts } = config.paths;
              // Coverage and the canary build elsewhere. Their builds must not count as the
              // project's.
              if (scope !== "contracts" || artifacts !== join(root, "artifacts")) return;
              noteBuilt(
                root,
                roots.map((file) => (file.startsWith("npm:") ? file : relative(root, file))),
                cleanupArtifacts,
              );
            },
          }),
      }),
  },
};
