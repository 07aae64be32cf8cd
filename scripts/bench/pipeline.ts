import { REGISTRY, SECRET, startApp } from "./app-process.ts";
import type { BenchContext } from "./bench-context.ts";
import { startChildProgram, stopChild } from "./child-program.ts";

/** Ingest and worker together, on a database and a queue of their own. */
export interface Pipeline {
  /** Of ingest. */
  readonly port: number;
  readonly databaseUrl: string;
  /** Most resident memory of each so far, in bytes. */
  ingestMemory(): Promise<number>;
  workerMemory(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts our pipeline or the textbook's, with nothing in it. */
export async function startPipeline(
  context: BenchContext,
  contender: "ours" | "textbook",
): Promise<Pipeline> {
  await context.redis.flushall();
  const databaseUrl = await context.databases.create("bench_pipeline");
  const parts =
    contender === "ours"
      ? await startOurs(context, databaseUrl)
      : await startTextbook(context, databaseUrl);
  return {
    ...parts,
    databaseUrl,
    stop: async () => {
      await parts.stop();
      await context.databases.drop("bench_pipeline");
    },
  };
}

async function startOurs({ services, logDirectory }: BenchContext, databaseUrl: string) {
  const QUEUE_URL = services.redis.url;
  const worker = await startApp("worker", { QUEUE_URL, DATABASE_URL: databaseUrl }, logDirectory);
  const ingest = await startApp(
    "ingest",
    { QUEUE_URL, NOTIFICATION_SECRETS: `${REGISTRY}=${SECRET}` },
    logDirectory,
  );
  return {
    port: ingest.port,
    ingestMemory: () => ingest.peakMemory(),
    workerMemory: () => worker.peakMemory(),
    stop: async () => {
      await ingest.stop();
      await worker.stop();
    },
  };
}

async function startTextbook({ services }: BenchContext, databaseUrl: string) {
  const QUEUE_URL = services.redis.url;
  const worker = await startChildProgram("textbook/worker.ts", {
    QUEUE_URL,
    DATABASE_URL: databaseUrl,
  });
  const ingest = await startChildProgram("textbook/ingest.ts", { QUEUE_URL, SECRET });
  const unknown = () => Promise.resolve(Number.NaN);
  return {
    port: (ingest.ready as { port: number }).port,
    ingestMemory: unknown,
    workerMemory: unknown,
    stop: async () => {
      await stopChild(ingest.child);
      await stopChild(worker.child);
    },
  };
}
