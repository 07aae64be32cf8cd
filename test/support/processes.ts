import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../scripts/local/free-port.ts";
import { startServiceProcess, type Ending } from "../../scripts/local/service-process.ts";
import { eventually } from "./eventually.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The line with which each app says that it works. */
const STARTED = {
  ingest: "ingest listens",
  worker: "worker counts",
  api: "api listens",
} as const;

/** Milliseconds for a clean end; the apps give themselves 25 s. */
const STOP_GRACE = 30_000;

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** One of Tallyman's processes, run from its sources. */
export interface AppProcess {
  readonly pid: number;
  /** Of the public port; a worker has none. */
  readonly url: string;
  /** Of the operations port. */
  readonly opsUrl: string;
  /** What it has logged; a line that is not JSON fails the test. */
  logs(): Promise<LogLine[]>;
  /** Ends it with SIGTERM. Idempotent. */
  stop(): Promise<Ending>;
  /** Ends it with SIGKILL. */
  kill(): Promise<Ending>;
}

/**
 * Starts an app and waits until it says that it works. It gets these settings and nothing else of our environment, and
 * free ports unless told otherwise.
 */
export async function startApp(
  app: keyof typeof STARTED,
  settings: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const directory = await mkdtemp(join(tmpdir(), `tallyman-${app}-`));
  const log = join(directory, "log");
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOST: "127.0.0.1",
    PORT: String(await freePort()),
    OPS_PORT: String(await freePort()),
    ...settings,
  };
  const started = await startServiceProcess({
    command: process.execPath,
    args: ["--import=tsx", "--conditions=source", `apps/${app}/src/main.ts`],
    cwd: ROOT,
    log,
    environment,
    orphanSignal: "SIGKILL",
  });
  const text = (): Promise<string> => readFile(log, "utf8");
  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<Ending> => {
    await started.stop(signal === "SIGTERM" ? [{ signal, grace: STOP_GRACE }] : []);
    return started.ended;
  };
  closers.push(async () => {
    await end("SIGTERM");
    await rm(directory, { recursive: true, force: true });
  });
  await eventually(
    `${app} works`,
    async () => {
      const output = await text();
      if (started.ending() !== undefined) throw new Error(`${app} did not start:\n${output}`);
      return output.includes(STARTED[app]);
    },
    30_000,
  );
  return {
    pid: started.pid,
    url: `http://127.0.0.1:${environment.PORT}`,
    opsUrl: `http://127.0.0.1:${environment.OPS_PORT}`,
    logs: async () =>
      (await text())
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as LogLine),
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

const closers: (() => Promise<void>)[] = [];

/** Stops all processes that were started, the last one first. For the `after` of a test file. */
export async function stopApps(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}
