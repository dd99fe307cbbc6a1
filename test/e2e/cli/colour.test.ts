import { expect } from "chai";

import { DEPLOY, deploy } from "../../../src/commands/deploy.js";
import { READERS, runHere, unmarked } from "../../support/here.js";
import {
  type ChainNode,
  hasAnvil,
  onTerminal,
  runScript,
  scratch,
  startAnvil,
} from "../../support/process.js";
import { needAnvil, needTerminals } from "../../support/skip.js";

const ESCAPE = "\u001b";

describe("what commands print, with and without colour", () => {
  let node: ChainNode;
  let directory: Awaited<ReturnType<typeof scratch>>;
  const args = (): string[] => ["--rpc", node.url, "--deployments", directory.path];

  before(async function () {
    needAnvil(this);
    node = await startAnvil();
    directory = await scratch();
  });
  after(async () => {
    if (!hasAnvil) return;
    await node.stop();
    await directory.remove();
  });

  it("marks nothing but what the reader given to the command can see, and says the same to both", async () => {
    const first = await runHere(DEPLOY, deploy, args(), READERS.coloured);
    expect(first.stderr).to.equal("");
    expect(first.stdout).to.include(ESCAPE);
    expect(unmarked(first).stdout).to.match(/^deployed: /m);
    const coloured = await runHere(DEPLOY, deploy, args(), READERS.coloured);
    const plain = await runHere(DEPLOY, deploy, args(), READERS.plain);
    expect(plain.stdout).to.not.include(ESCAPE);
    expect(plain.stdout).to.match(/^already deployed: /m);
    expect(unmarked(coloured)).to.deep.equal(plain);
  });

  it("colours what it writes to a terminal, and nothing where NO_COLOR is set or it writes to a pipe", async function () {
    needTerminals(this);
    const piped = await runScript("deploy", args(), { NO_COLOR: "" });
    const terminal = await onTerminal("deploy", args(), { NO_COLOR: "" });
    const asked = await onTerminal("deploy", args(), { NO_COLOR: "1" });
    for (const { code } of [piped, terminal, asked]) expect(code).to.equal(0);
    expect(piped.stdout).to.not.include(ESCAPE);
    expect(asked.stdout).to.not.include(ESCAPE);
    expect(terminal.stdout).to.include(ESCAPE);
    expect(unmarked(terminal).stdout).to.equal(piped.stdout);
    expect(asked.stdout).to.equal(piped.stdout);
  });

  it("ends with the command's own exit code on a terminal too", async function () {
    needTerminals(this);
    const { code, stdout } = await onTerminal("deploy", ["--frobnicate"]);
    expect(code).to.equal(2);
    expect(stdout).to.match(/^--frobnicate: unknown option; allowed are /);
  });
});
