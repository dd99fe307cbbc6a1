#!/usr/bin/env node
/** The package's command `breakwater`: `crash`, `deploy` and `keeper` on compiled contracts. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type CommandSpec, EXIT } from "../cli/args.js";
import { type Main, run } from "../cli/run.js";
import { CRASH, crash } from "../commands/crash.js";
import { DEPLOY, deploy } from "../commands/deploy.js";
import { KEEPER, keep } from "../commands/keeper.js";
import { quote } from "../format/inputError.js";

/** The folder that stands for the repository's root in the package. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Deploys with the package's own parameters for a network if the working directory has none. */
const deployShipped: Main<typeof DEPLOY> = async (options, io) => {
  const file = join("deploy", "parameters", `${options.network}.json`);
  const shipped = join(ROOT, file);
  const parameters = existsSync(file) || !existsSync(shipped) ? undefined : shipped;
  await deploy({ ...options, parameters: options.parameters ?? parameters }, io);
};

interface Command {
  readonly summary: string;
  readonly start: () => Promise<never>;
}

/** A command of the repository under its name in the package. */
function called<S extends CommandSpec>(usage: string, spec: S, main: Main<S>): Command {
  return { summary: spec.summary, start: () => run({ ...spec, usage: `breakwater ${usage}` }, main) };
}

const COMMANDS: Readonly<Record<string, Command>> = {
  crash: called("crash [scenario] [options]", CRASH, crash),
  deploy: called("deploy [options]", DEPLOY, deployShipped),
  keeper: called("keeper [options]", KEEPER, keep),
};

// Hardhat would otherwise look for a configuration above the working directory.
process.env.HARDHAT_CONFIG = fileURLToPath(new URL("hardhat.config.js", import.meta.url));

const [name = "--help"] = process.argv.splice(2, 1);
const names = Object.keys(COMMANDS);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command !== undefined) await command.start();
else if (name === "--help") {
  const rows = Object.entries(COMMANDS).map(([each, { summary }]) => `  ${each.padEnd(8)}${summary}`);
  process.stdout.write(["  breakwater <command> [options]", "", ...rows, ""].join("\n"));
} else {
  process.stderr.write(`command: ${quote(name)}: unknown; allowed are ${names.join(", ")}\n`);
  process.exitCode = EXIT.usage;
}
