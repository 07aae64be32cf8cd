/**
 * `npm start`: the whole of Tallyman on a machine that has nothing but Node and npm. Postgres comes with the packages,
 * the queue is the best this machine has, and the three apps run as in production. Data lie in `.tallyman`, or in the
 * directory that is given as argument.
 */
import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "@tallyman/database";
import { migrateQueue } from "@tallyman/queue";
import { PEOPLE_SETTINGS } from "@tallyman/runtime";
import { startEmbeddedPostgres } from "./local/embedded-postgres.ts";
import { choosePorts } from "./local/choose-ports.ts";
import { liveLine } from "./local/live-line.ts";
import { startLocalApp } from "./local/local-app.ts";
import { localQueue } from "./local/local-queue.ts";
import { rememberSettings } from "./local/remembered-settings.ts";
import { storedPassword } from "./local/stored-password.ts";
import { welcome } from "./local/welcome.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIRECTORY = resolve(process.argv[2] ?? join(ROOT, ".tallyman"));

type Close = () => Promise<unknown>;

/** Starts everything, and leaves in `closers` how to stop it. Aborting `interruption` ends it early. */
async function start(
  closers: Close[],
  interruption: AbortSignal,
  crash: (message: string) => void,
): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  const databaseUrl = process.env["DATABASE_URL"] || (await startDatabase(closers));
  interruption.throwIfAborted();

  const queue = await localQueue(process.env["QUEUE_URL"], databaseUrl, DIRECTORY);
  closers.push(() => queue.stop());
  report(`queue: ${queue.description}`);
  interruption.throwIfAborted();

  const { applied } = await migrate(databaseUrl);
  await migrateQueue({ url: queue.url });
  report(
    applied.length === 0 ? "database is up to date" : `database migrated (${applied.length} steps)`,
  );
  interruption.throwIfAborted();

  const secret = await storedPassword(join(DIRECTORY, "notification-secret"), undefined);
  const ports = await choosePorts({
    ingest: 8080,
    api: 8081,
    ingestOps: 9080,
    apiOps: 9081,
    workerOps: 9082,
  });
  const shared = { HOST: "127.0.0.1", DATABASE_URL: databaseUrl, QUEUE_URL: queue.url };
  const ingest = {
    ...shared,
    PORT: String(ports.ingest),
    NOTIFICATION_SECRETS: `default=${secret}`,
    ALLOW_VOLATILE_QUEUE: String(queue.volatile),
  };
  const people = peopleSettings(process.env);
  await rememberSettings(DIRECTORY, { ...ingest, ...withoutKey(people) });
  const app = { root: ROOT, directory: DIRECTORY, onCrash: crash };
  const starting = [
    startLocalApp({
      ...app,
      name: "worker",
      opsPort: ports.workerOps,
      environment: { ...shared, ...people, LOG_LEVEL: "debug" },
      onLine: (line) => {
        const text = liveLine(line);
        if (text !== undefined) process.stdout.write(`${text}\n`);
      },
    }),
    startLocalApp({
      ...app,
      name: "ingest",
      opsPort: ports.ingestOps,
      environment: ingest,
    }),
    startLocalApp({
      ...app,
      name: "api",
      opsPort: ports.apiOps,
      environment: { ...shared, PORT: String(ports.api) },
    }),
  ];
  const outcomes = await Promise.allSettled(starting);
  const started = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? [outcome.value] : [],
  );
  closers.push(() => Promise.all(started.map((local) => local.stop())));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  interruption.throwIfAborted();
  process.stdout.write(welcome({ ports, secret, databaseUrl }));
}

/** How people are recorded is the caller's decision; everything else is ours. */
function peopleSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  const names = Object.keys(PEOPLE_SETTINGS).flatMap((name) => [name, `${name}_FILE`]);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/** The key of pseudonyms does not belong beside the database: who replays has to give it again. */
function withoutKey(people: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(people).filter(([name]) => !name.startsWith("ACTOR_NAMES_KEY")),
  );
}

async function startDatabase(closers: Close[]): Promise<string> {
  report("starting Postgres (the first time takes some seconds)");
  const postgres = await startEmbeddedPostgres({ directory: join(DIRECTORY, "postgres"), report });
  closers.push(() => postgres.stop());
  report(`Postgres ${postgres.version} on port ${postgres.port}`);
  return postgres.url;
}

function report(line: string): void {
  process.stderr.write(`tallyman: ${line}\n`);
}

const interruption = new AbortController();
const closers: Close[] = [];
const ended = new Promise<number>((settle) => {
  const stop = (code: number) => {
    interruption.abort();
    settle(code);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Asked twice, we leave at once; the guards of the processes stop them.
      if (interruption.signal.aborted) process.exit(1);
      report("stopping");
      stop(0);
    });
  }
  start(closers, interruption.signal, (message) => {
    if (interruption.signal.aborted) return;
    report(message);
    stop(1);
  }).catch((error: unknown) => {
    if (interruption.signal.aborted) return;
    report(error instanceof Error ? error.message : String(error));
    stop(1);
  });
});

const code = await ended;
for (const close of closers.toReversed()) {
  await close().catch((error: unknown) => report(String(error)));
}
if (code === 0) report(`stopped; the data stay in ${relative(process.cwd(), DIRECTORY)}`);
process.exit(code);
