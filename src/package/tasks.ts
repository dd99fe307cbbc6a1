/** Hardhat tasks that run the commands: `npx hardhat crash`, `deploy` and `keeper`. */
import { task } from "hardhat/config";
import { ArgumentType } from "hardhat/types/arguments";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskDefinition, NewTaskDefinitionBuilder } from "hardhat/types/tasks";

import { BUILDS } from "../build/lists.js";
import { buildOnImport } from "../build/onImport.js";
import type { CommandSpec, OptionSpec } from "../cli/args.js";
import { type Main, attempt } from "../cli/run.js";
import { CRASH, crash } from "../commands/crash.js";
import { DEPLOY, deploy } from "../commands/deploy.js";
import { KEEPER, keep } from "../commands/keeper.js";
import { tintFor } from "../format/table.js";

/** Hardhat's own option, which every task has already. */
const GLOBAL = "network";

/** The task that runs a command, with the command's options, types, defaults and exit codes. */
export function taskOf<S extends CommandSpec>(name: string, command: S, main: Main<S>): NewTaskDefinition {
  let builder: NewTaskDefinitionBuilder = task(name, command.summary);
  for (const [option, spec] of Object.entries(command.options)) {
    if (option !== GLOBAL) builder = withOption(builder, option, spec, option === command.argument);
  }
  return builder
    .setInlineAction(async (given: Readonly<Record<string, unknown>>, hre) => {
      const list = BUILDS[name];
      if (list !== undefined) buildOnImport(list);
      const { exitCode, error } = await attempt(command, main, argumentsOf(command, given, hre), {
        out: (line) => void process.stdout.write(`${line}\n`),
        note: (line) => void process.stderr.write(`${line}\n`),
        tint: tintFor(process.stdout),
      });
      if (error !== undefined) process.stderr.write(`${error}\n`);
      // Hardhat accepts only 0 and 1 as results, but keeps an exit code that a task sets.
      process.exitCode = exitCode;
    })
    .build();
}

function withOption(
  builder: NewTaskDefinitionBuilder,
  option: string,
  spec: OptionSpec,
  isArgument: boolean,
): NewTaskDefinitionBuilder {
  const name = camelCase(option);
  if (spec.type === "boolean") return builder.addFlag({ name, description: spec.help });
  const repeated = spec.type === "strings" ? "; as a task, separate several by commas" : "";
  const description = `${spec.value}: ${spec.help}${repeated}`;
  const defaultValue = spec.type === "string" ? spec.default : undefined;
  if (defaultValue !== undefined) return builder.addOption({ name, description, defaultValue });
  const type = ArgumentType.STRING_WITHOUT_DEFAULT;
  return isArgument
    ? builder.addPositionalArgument({ name, description, type })
    : builder.addOption({ name, description, type, defaultValue: undefined });
}

/** The arguments of a task in the form that the command reads. */
function argumentsOf(
  command: CommandSpec,
  given: Readonly<Record<string, unknown>>,
  hre: HardhatRuntimeEnvironment,
): string[] {
  return Object.entries(command.options).flatMap(([option, { type }]) => {
    const value = option === GLOBAL ? hre.globalOptions.network : given[camelCase(option)];
    if (value === true) return [`--${option}`];
    if (typeof value !== "string") return [];
    const values = type === "strings" ? value.split(",") : [value];
    return values.map((each) => `--${option}=${each}`);
  });
}

/** The name of an option in Hardhat's definitions. On the command line it has hyphens again. */
function camelCase(option: string): string {
  return option.replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

export const TASKS: NewTaskDefinition[] = [
  taskOf("crash", CRASH, crash),
  taskOf("deploy", DEPLOY, deploy),
  taskOf("keeper", KEEPER, keep),
];
