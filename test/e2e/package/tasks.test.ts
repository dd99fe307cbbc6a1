import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { CRASH } from "../../../src/commands/crash.js";
import { DEPLOY } from "../../../src/commands/deploy.js";
import { KEEPER } from "../../../src/commands/keeper.js";
import type { CommandSpec } from "../../../src/cli/args.js";
import { TASKS } from "../../../src/package/tasks.js";
import { type Ended, freePort } from "../../support/process.js";

const HARDHAT = join("node_modules", "hardhat", "dist", "src", "cli.js");
const COMMANDS: Readonly<Record<string, CommandSpec>> = { crash: CRASH, deploy: DEPLOY, keeper: KEEPER };

/** Runs a task like `npx hardhat`. */
async function hardhat(...args: string[]): Promise<Ended> {
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(process.execPath, [HARDHAT, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

describe("the Hardhat tasks", () => {
  it("have every option of their commands, with its type and default", () => {
    expect(TASKS.map(({ id }) => id.join(" "))).to.deep.equal(Object.keys(COMMANDS));
    for (const { id, options, positionalArguments } of TASKS) {
      const command = COMMANDS[id[0]!]!;
      const wanted = Object.entries(command.options)
        .filter(([name]) => name !== "network" && name !== command.argument)
        .map(([name, spec]) => ({
          name: name.replaceAll(/-(\w)/g, (_all, c: string) => c.toUpperCase()),
          type: spec.type === "boolean" ? "FLAG" : /^STRING/,
          value: spec.type === "boolean" ? false : spec.type === "string" ? spec.default : undefined,
        }));
      expect(Object.keys(options)).to.deep.equal(wanted.map(({ name }) => name));
      for (const { name, type, value } of wanted) {
        expect(options[name]!.type, name).to.match(new RegExp(type));
        expect(options[name]!.defaultValue, name).to.equal(value);
      }
      const argument = command.argument === undefined ? [] : [command.argument];
      expect(positionalArguments.map(({ name }) => name)).to.deep.equal(argument);
    }
  });

  it("list scenarios and parameters, with several of them set", async () => {
    const set = "WETH.slopeBps=5000,oracle.deviationBps=200";
    const { code, stdout, stderr } = await hardhat("crash", "black-thursday-2020", "--list", "--set", set);
    expect(stderr).to.equal("");
    expect(stdout).to.match(/^ {2}black-thursday-2020$/m);
    expect(stdout)
      .to.match(/^ {2}WETH\.slopeBps=5000$/m)
      .and.to.match(/^ {2}oracle\.deviationBps=200$/m);
    expect(code).to.equal(0);
  });

  it("end with the exit codes of their commands: 2 for usage, 3 for a chain that is not there", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const [usage, file, network, dead] = await Promise.all([
      hardhat("crash", "--vaults", "0"),
      hardhat("deploy", "--parameters", "none.json"),
      hardhat("keeper", "--network", "nowhere", "--once"),
      hardhat("keeper", "--rpc", url, "--dry-run"),
    ]);
    expect(usage.stderr).to.equal('--vaults: "0": must be an integer from 1 to 10000\n');
    expect(file.stderr).to.equal("--parameters: none.json: must be a readable file\n");
    expect(network.stderr).to.equal('--network: "nowhere": must be one of localhost, sepolia\n');
    expect(dead.stderr).to.match(/^rpc: http:\/\/127/);
    expect([usage, file, network, dead].map(({ code }) => code)).to.deep.equal([2, 2, 2, 3]);
  });
});
