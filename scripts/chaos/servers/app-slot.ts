import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  startServiceProcess,
  type Ending,
  type ServiceProcess,
} from "../../local/service-process.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Milliseconds: an orchestrator restarts what has died after a moment. */
const RESTART_DELAY_MS = 300;
const READY_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 40_000;

/** The line with which each app says that it works. */
const STARTED = { ingest: "ingest listens", worker: "worker counts" } as const;

export interface AppSlotOptions {
  readonly app: "ingest" | "worker";
  readonly name: string;
  readonly directory: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Names of modules in scripts/chaos/preload. */
  readonly preload?: readonly string[];
}

/** A place in the fleet where one of the apps runs, as in production; when it dies, another one takes its place. */
export class AppSlot {
  readonly options: AppSlotOptions;
  readonly #log: string;
  #process: ServiceProcess | undefined;
  #expected = false;
  #closed = false;
  /** Ends that nobody has asked for. */
  readonly crashes: Ending[] = [];

  constructor(options: AppSlotOptions) {
    this.options = options;
    this.#log = join(options.directory, `${options.name}.log`);
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  log(): Promise<string> {
    return readFile(this.#log, "utf8").catch(() => "");
  }

  async start(): Promise<void> {
    const { app, settings, preload = [] } = this.options;
    const lines = (await this.#startedLines()) + 1;
    this.#expected = false;
    const imports = preload.map(
      (name) => `--import=${new URL(`../preload/${name}.mjs`, import.meta.url)}`,
    );
    const started = await startServiceProcess({
      command: process.execPath,
      args: [...imports, `apps/${app}/dist/main.js`],
      cwd: ROOT,
      log: this.#log,
      environment: { PATH: process.env["PATH"], ...settings },
      orphanSignal: "SIGKILL",
    });
    this.#process = started;
    void started.ended.then((ending) => this.#ended(started, ending));
    for (const deadline = Date.now() + READY_TIMEOUT_MS; (await this.#startedLines()) < lines;) {
      // It was killed while it started; whoever takes its place says so as well.
      if (started.ending() !== undefined || this.#closed) return;
      if (Date.now() > deadline) throw new Error(`${this.options.name} did not start`);
      await wait(25);
    }
  }

  /** Ends it at once; nobody takes its place until `start`. */
  async kill(): Promise<void> {
    this.#expected = true;
    await this.#process?.stop([]);
  }

  /** Ends it as a deployment does. @returns how it ended, and the milliseconds it took */
  async terminate(): Promise<{ readonly ending: Ending; readonly ms: number }> {
    this.#expected = true;
    const startedAt = performance.now();
    await this.#process?.stop([{ signal: "SIGTERM", grace: STOP_GRACE_MS }]);
    const ending = (await this.#process?.ended) ?? { code: 0, signal: null };
    return { ending, ms: performance.now() - startedAt };
  }

  freeze(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  thaw(): void {
    if (this.#process?.ending() === undefined) process.kill(this.pid, "SIGCONT");
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.kill();
  }

  async #ended(which: ServiceProcess, ending: Ending): Promise<void> {
    if (this.#expected || this.#closed || which !== this.#process) return;
    this.crashes.push(ending);
    await wait(RESTART_DELAY_MS);
    if (!this.#closed && !this.#expected) await this.start().catch(() => undefined);
  }

  async #startedLines(): Promise<number> {
    return (await this.log()).split(STARTED[this.options.app]).length - 1;
  }
}
