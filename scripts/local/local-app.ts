import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describeEnding, startServiceProcess, type StopStep } from "./service-process.ts";

/** The apps stop within 25 s by themselves. */
const STOP_STEPS: readonly StopStep[] = [{ signal: "SIGTERM", grace: 30_000 }];

/** Milliseconds until an app must be ready, and between two looks. */
const READY_TIMEOUT = 30_000;
const READY_INTERVAL = 50;

export interface LocalAppOptions {
  readonly name: "ingest" | "worker" | "api";
  /** The checkout. */
  readonly root: string;
  /** Where its log goes, as `<name>.log`. */
  readonly directory: string;
  readonly opsPort: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
  /** Is told when it ends without having been stopped. */
  readonly onCrash: (message: string) => void;
}

export interface LocalApp {
  stop(): Promise<void>;
}

/** Starts one of the apps as in production, a process of its own that is configured by environment alone, and waits until it is ready. */
export async function startLocalApp(options: LocalAppOptions): Promise<LocalApp> {
  const { name, root, directory, opsPort, environment, onLine } = options;
  const log = join(directory, `${name}.log`);
  const logStream = createWriteStream(log, { flags: "a" });
  const child = await startServiceProcess({
    command: process.execPath,
    args: [join(root, "apps", name, "dist", "main.js")],
    cwd: root,
    environment: { PATH: process.env["PATH"], ...environment, OPS_PORT: String(opsPort) },
    orphanSignal: "SIGTERM",
    onLine: (line) => {
      logStream.write(`${line}\n`);
      onLine?.(line);
    },
  });
  let stopped = false;
  const watch = async (): Promise<void> => {
    const ending = describeEnding(await child.ended);
    if (!stopped) options.onCrash(`${name} ended (${ending}); its log is ${log}`);
  };
  void watch();
  const stop = async (): Promise<void> => {
    stopped = true;
    await child.stop(STOP_STEPS);
    logStream.end();
  };
  for (const deadline = Date.now() + READY_TIMEOUT; !(await isReady(opsPort));) {
    if (child.ending() !== undefined || Date.now() > deadline) {
      await stop();
      throw new Error(`${name} did not become ready; its log is ${log}`);
    }
    await delay(READY_INTERVAL);
  }
  return { stop };
}

async function isReady(opsPort: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${opsPort}/readyz`)).ok;
  } catch {
    return false;
  }
}
