import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { CLEAN_ENVIRONMENT, type Account } from "./account.ts";
import { connectWhenReady } from "./connect-when-ready.ts";
import type { PostgresBinaries } from "./embedded-runtime.ts";
import { freePort } from "./free-port.ts";
import { lastLines } from "./last-lines.ts";
import { STARTER_SETTING, stopLeftoverPostmaster } from "./leftover-postmaster.ts";
import { makePostgresData } from "./postgres-data.ts";
import { startServiceProcess, type ServiceProcess, type StopStep } from "./service-process.ts";
import { storedPassword } from "./stored-password.ts";

/** How often another port is tried when somebody took the one we chose. */
const PORT_ATTEMPTS = 5;

/** Fast shutdown, which ends sessions and writes everything; then immediate shutdown, which leaves it to recovery. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: "SIGINT", grace: 30_000 },
  { signal: "SIGQUIT", grace: 10_000 },
];

export interface PostgresServerOptions {
  readonly binaries: PostgresBinaries;
  /** Absolute, without symbolic links, and open to the account. */
  readonly directory: string;
  readonly account: Account | undefined;
  /** False for data that need not survive a power cut: several times faster. */
  readonly durable?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  readonly report?: (line: string) => void;
  readonly choosePort?: () => Promise<number>;
}

export interface PostgresServer {
  /** Of the superuser `postgres`, on the maintenance database `postgres`. */
  readonly url: string;
  /** For instance `18.4`. */
  readonly version: string;
  readonly port: number;
  /** Ends all sessions and shuts down cleanly. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres in `directory`, with its data in `data`, the superuser's password in `postgres-password` and what
 * it says in `postgres.log`; each is made when it is not there. It listens on a free port of 127.0.0.1 and nowhere
 * else. When this process dies without `stop`, a guard shuts Postgres down as cleanly.
 *
 * Rejects with the end of the log and what to do next.
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { binaries, directory, account, durable = true, report = () => undefined } = options;
  const data = join(directory, "data");
  const passwordFile = join(directory, "postgres-password");
  const log = join(directory, "postgres.log");
  const password = await storedPassword(passwordFile, account);
  await makePostgresData({ binaries, data, passwordFile, account, durable });
  const environment = {
    ...CLEAN_ENVIRONMENT,
    ...(await stopLeftoverPostmaster(data, report)),
  };
  // One earlier log is kept; otherwise it would grow for ever.
  if (existsSync(log)) await rename(log, `${log}.1`);

  for (let attempt = 1; ; attempt += 1) {
    const port = await (options.choosePort ?? freePort)();
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    let server: ServiceProcess | undefined;
    try {
      const started = await startServiceProcess({
        command: binaries.postgres,
        args: ["-D", data, ...settingArguments({ port, durable, settings: options.settings })],
        log,
        environment,
        account,
        orphanSignal: "SIGINT",
      });
      server = started;
      const version = await connectWhenReady(url, { data, server: started });
      return { url, version, port, stop: () => started.stop(STOP_STEPS) };
    } catch (cause) {
      await server?.stop(STOP_STEPS);
      const quote = await lastLines(log);
      if (attempt < PORT_ATTEMPTS && quote.includes("Address already in use")) continue;
      throw new Error(
        `Postgres did not start in ${directory}: ${cause instanceof Error ? cause.message : String(cause)}. ` +
          `The end of ${log}:\n${quote}\n` +
          `Mend what it complains of; or move ${directory} away to begin with an empty database; ` +
          "or set DATABASE_URL to a Postgres that already runs.",
        { cause },
      );
    }
  }
}

function settingArguments({
  port,
  durable,
  settings,
}: {
  port: number;
  durable: boolean;
  settings: Readonly<Record<string, string>> | undefined;
}): string[] {
  const all = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    // Errors are recognized by their text.
    lc_messages: "C",
    // Every five minutes of work a line that helps nobody here.
    log_checkpoints: "off",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    ...settings,
    [STARTER_SETTING]: String(process.pid),
  };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
