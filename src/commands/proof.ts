import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { CliError, integer, type CommandSpec } from "../cli/args.js";
import { type Main } from "../cli/run.js";
import { table } from "../format/table.js";
import { questions } from "../assurance/proof/lemma.js";
import { RATIONAL } from "../assurance/proof/rational.js";
import { ROUNDING } from "../assurance/proof/rounding.js";
import { settle } from "../assurance/proof/solver.js";
import { enumerate } from "../assurance/proof/world.js";

/** `npm run proof`. */
export const PROOF = {
  usage: "npm run proof -- [options]",
  summary: "Proves the bound of the liquidation bonus: over the reals, then with every rounding of the code.",
  options: {
    json: { type: "string", value: "FILE", help: "write every question and its answer as JSON" },
    smt2: {
      type: "string",
      value: "DIR",
      help: "write the questions as SMT-LIB files, for another solver",
    },
    timeout: {
      type: "string",
      value: "S",
      help: "seconds a question may take; more is a failure",
      default: "30",
    },
  },
} as const satisfies CommandSpec;

export const proof: Main<typeof PROOF> = async (options, io) => {
  const timeout = integer("--timeout", options.timeout, 1, 3_600) * 1_000;
  const lemmas = [...RATIONAL, ...ROUNDING];
  const asked = lemmas.flatMap(questions);
  if (options.smt2 !== undefined) {
    await mkdir(options.smt2, { recursive: true });
    for (const [i, q] of asked.entries()) {
      const note = `; ${q.lemma}: ${q.says}\n(set-info :status ${q.expected})\n`;
      await writeFile(
        join(options.smt2, `${String(i).padStart(3, "0")}.smt2`),
        `${note}${q.script}(check-sat)\n`,
      );
    }
  }

  const settled = await settle(asked, timeout);
  const rows = lemmas.map((lemma) => {
    const own = settled.filter((s) => s.question.lemma === lemma.name);
    const canaries = own.slice(2);
    const sung = canaries.filter((s) => s.holds).length;
    return [
      lemma.name,
      lemma.sort === "Real" ? "reals" : "integers",
      own[0]?.holds === true ? "proved" : `FAILED: ${own[0]?.answer ?? "not asked"}`,
      own[1]?.holds === true ? "yes" : "NO",
      `${sung}/${canaries.length}`,
      (own.reduce((sum, s) => sum + s.milliseconds, 0) / 1_000).toFixed(1),
      lemma.claim.says,
    ];
  });
  io.out(
    table(
      [
        { heading: "lemma" },
        { heading: "over" },
        { heading: "result" },
        { heading: "satisfiable" },
        { heading: "canaries", align: "right" },
        { heading: "s", align: "right" },
        { heading: "claim" },
      ],
      rows,
    ),
  );

  const world = enumerate();
  io.out("");
  io.out(
    `small world: ${world.cases} cases through the model, ${world.acted} act, ${world.solvent} of them at C >= D: ` +
      (world.broken.length === 0 ? "every claim holds in all" : `BROKEN: ${world.broken.join("; ")}`),
  );
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ settled, world }, null, 2)}\n`);
  }

  const failed = settled.filter((s) => !s.holds).map((s) => `${s.question.lemma} (${s.question.says})`);
  if (world.solvent === 0 || world.broken.length > 0) failed.push("small world");
  if (failed.length > 0) throw new CliError(`not proved: ${failed.join("; ")}`);
  io.out(`${lemmas.length} lemmas proved, ${settled.length} questions answered as they must be`);
};
