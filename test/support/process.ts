import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The exit code and output of a child process. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running child process. */
export interface Child {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Output so far. */
  stdout(): string;
  stderr(): string;
}

/** A node with its own process and port. */
export interface ChainNode {
  readonly url: string;
  stop(): Promise<void>;
}

const ANVIL = join("node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");

/** Whether the optional package of the second node implementation is installed. */
export const hasAnvil = existsSync(ANVIL);

/**
 * Whether `script` is installed. It runs a command on a pseudo-terminal and returns its exit code.
 */
export const hasTerminals = spawnSync("script", ["--version"]).status === 0;

/** Starts one of the project's commands as a child process. */
export function startScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  return start(process.execPath, ["--import", "tsx", join("scripts", `${script}.ts`), ...args], env);
}

/** Runs one of the project's commands to its end. */
export async function runScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return await startScript(script, args, env).ended;
}

/**
 * Runs one of the project's commands on a pseudo-terminal to its end. `stdout` holds both streams.
 */
export async function onTerminal(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const words = [process.execPath, "--import", "tsx", join("scripts", `${script}.ts`), ...args];
  const line = words.map((word) => `'${word}'`).join(" ");
  const ended = await start("script", ["-qec", line, "/dev/null"], env).ended;
  return { ...ended, stdout: ended.stdout.replaceAll("\r\n", "\n") };
}

/** Starts `hardhat node` on a free port and waits until it answers. */
export async function startHardhatNode(): Promise<ChainNode> {
  const port = await freePort();
  const cli = join("node_modules", "hardhat", "dist", "src", "cli.js");
  return await startNode(process.execPath, [cli, "node", "--port", String(port)], port);
}

/** Starts anvil on a free port and waits until it answers. */
export async function startAnvil(...args: string[]): Promise<ChainNode> {
  const port = await freePort();
  return await startNode(ANVIL, ["--port", String(port), "--silent", ...args], port);
}

/** A temporary directory for one test. */
export async function scratch(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "breakwater-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Repeats `check` every 20 ms until it returns a value. It never times out. */
export async function until<T>(check: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Sends one JSON-RPC request by plain fetch. Throws an `Error` with the message of the node's
 * error.
 */
export async function rpc(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error !== undefined) throw new Error(answer.error.message);
  return answer.result;
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

async function startNode(command: string, args: readonly string[], port: number): Promise<ChainNode> {
  const child = start(command, args, {});
  const url = `http://127.0.0.1:${port}`;
  let over: Ended | undefined;
  void child.ended.then((ended) => (over = ended));
  await until(async () => {
    if (over !== undefined) throw new Error(`${command} ended: ${over.stderr}`);
    return await rpc(url, "eth_chainId").catch(() => undefined);
  });
  return {
    url,
    stop: async () => {
      child.kill("SIGKILL");
      await child.ended;
    },
  };
}

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Child {
  const child = spawn(command, args, {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // Kill the child on exit, because an interrupted test run must not leave nodes running.
  const onExit = (): void => void child.kill("SIGKILL");
  process.once("exit", onExit);
  const ended = once(child, "close").then(([code]) => {
    process.removeListener("exit", onExit);
    return { code: code as number | null, stdout, stderr };
  });
  return { ended, kill: (signal) => void child.kill(signal), stdout: () => stdout, stderr: () => stderr };
}
