import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../local/run-program.ts";
import { requireTools, type Tool } from "../local/tool.ts";
import type { Progress } from "./progress.ts";
import type { Run } from "./run.ts";
import { ChaosPostgres } from "./servers/postgres.ts";
import { StallWatch } from "./stall-watch.ts";

export interface PreparedRun {
  readonly run: Run;
  readonly versions: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts what all scenarios share. */
export async function prepareRun(options: {
  readonly seed: number;
  readonly full: boolean;
  readonly directory: string;
  readonly interruption: AbortSignal;
  readonly progress: Progress;
  /** Looked for, and installed when it is missing, unless given. */
  readonly redisTool?: Tool;
}): Promise<PreparedRun> {
  const { progress, directory } = options;
  progress.enter("Postgres starts");
  const redisTool = options.redisTool ?? (await requireRedis(progress));
  const postgres = await ChaosPostgres.start(join(directory, "postgres"));
  const stalls = new StallWatch();
  const { output } = await runProgram(redisTool.command, [...redisTool.args, "--version"]);
  const bullmq = JSON.parse(
    await readFile(new URL("../../node_modules/bullmq/package.json", import.meta.url), "utf8"),
  ) as { version: string };
  return {
    run: { ...options, redisTool, postgres, stalls, progress: (text) => progress.step(text) },
    versions: {
      Node: process.versions.node,
      Redis: /v=([\d.]+)/.exec(output)?.[1] ?? output,
      Postgres: postgres.version,
      BullMQ: bullmq.version,
    },
    close: async () => {
      stalls.close();
      await postgres.stop();
    },
  };
}

async function requireRedis(progress: Progress): Promise<Tool> {
  const tools = await requireTools(["redis-server"], (line) => progress.line(line));
  return tools["redis-server"];
}
