import { spawn, type ChildProcess } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../local/free-port.ts";
import { lastLines } from "../local/last-lines.ts";
import { stopChild } from "./child-program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const READY_DEADLINE_MS = 20_000;

/** The registry and the secret with which the benchmark's load is sent. */
export const REGISTRY = "bench";
export const SECRET = "benchmark-secret-0123456789";

export interface AppProcess {
  readonly pid: number;
  /** Of the notifications or the questions; a worker listens to none. */
  readonly port: number;
  stop(): Promise<void>;
  /** Most resident memory since the start, in bytes. */
  peakMemory(): Promise<number>;
  /** Halts it, and lets it go on. */
  suspend(): void;
  resume(): void;
}

/**
 * Starts one of our apps as in production: its build (`npm run build`), configured by the environment, with the logs
 * in a file.
 */
export async function startApp(
  name: "ingest" | "worker" | "api",
  environment: Readonly<Record<string, string>>,
  logDirectory: string,
): Promise<AppProcess> {
  const port = await freePort();
  const opsPort = await freePort();
  const log = join(logDirectory, `${name}.log`);
  const output = openSync(log, "a");
  const child = spawn(process.execPath, [...nodeOptions(name), `apps/${name}/dist/main.js`], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: String(port),
      OPS_PORT: String(opsPort),
      ...environment,
    },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const guard = (): void => void child.kill("SIGKILL");
  process.once("exit", guard);
  child.once("exit", () => process.off("exit", guard));
  const pid = child.pid ?? 0;
  await untilReady(child, `http://127.0.0.1:${opsPort}/readyz`, name, log);
  return {
    pid,
    port,
    stop: () => stopChild(child),
    peakMemory: () => peakMemoryOf(pid),
    suspend: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
  };
}

/** `BENCH_NODE_OPTIONS_INGEST` and `…_WORKER` pass options to node, for instance --cpu-prof. */
function nodeOptions(name: string): string[] {
  const options = process.env[`BENCH_NODE_OPTIONS_${name.toUpperCase()}`] ?? "";
  return options.split(" ").filter((option) => option !== "");
}

async function untilReady(child: ChildProcess, url: string, name: string, log: string) {
  for (const deadline = Date.now() + READY_DEADLINE_MS; Date.now() < deadline;) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
    await delay(20);
  }
  await stopChild(child);
  throw new Error(`${name} did not become ready. The end of its log:\n${await lastLines(log)}`);
}

/** From the kernel's own account; where there is none (not Linux) the figure is unknown. */
async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) * 1_024;
}
