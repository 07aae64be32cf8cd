import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { CLEAN_ENVIRONMENT, giveTo, giveTreeTo, type Account } from "./account.ts";
import { buildDirectory } from "./build-directory.ts";
import type { PostgresBinaries } from "./embedded-runtime.ts";
import { runProgram } from "./run-program.ts";

export interface PostgresDataOptions {
  readonly binaries: PostgresBinaries;
  readonly data: string;
  readonly passwordFile: string;
  readonly account: Account | undefined;
  /** False for data that need not survive a power cut. */
  readonly durable: boolean;
}

/** Makes the data directory with `initdb` unless it exists. The superuser `postgres` has the password in the file. */
export async function makePostgresData(options: PostgresDataOptions): Promise<void> {
  const { binaries, data, account } = options;
  const version = await postgresMajorVersion(binaries, account);
  await buildDirectory(data, async (partial) => {
    await mkdir(partial, { mode: 0o700 });
    await giveTo(account, partial);
    const args = initdbArguments(options, partial, version);
    const { succeeded, output } = await runProgram(binaries.initdb, args, {
      account,
      environment: CLEAN_ENVIRONMENT,
    });
    if (!succeeded) {
      throw new Error(
        `initdb could not make ${data}:\n${output}\n` +
          "Mend what it complains of, or set DATABASE_URL to a Postgres 14 or newer that already runs.",
      );
    }
  });
  // A copy that root made of a checkout belongs to root.
  if (account !== undefined && (await stat(data)).uid === 0) await giveTreeTo(account, data);
}

function initdbArguments(
  { passwordFile, durable }: PostgresDataOptions,
  directory: string,
  version: number,
): string[] {
  return [
    `--pgdata=${directory}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Text sorts by code point wherever the data was made: no locale of the system has a say. From 17 on Postgres
    // knows letters beyond ASCII by itself, too.
    "--locale=C",
    ...(version >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []),
    "--no-instructions",
    ...(durable ? [] : ["--no-sync"]),
  ];
}

/** Rejects when the programs do not run on this machine: its C library may be another or too old. */
export async function postgresMajorVersion(
  { postgres }: PostgresBinaries,
  account: Account | undefined,
): Promise<number> {
  const { succeeded, output } = await runProgram(postgres, ["--version"], {
    account,
    environment: CLEAN_ENVIRONMENT,
  });
  const [, major] = /PostgreSQL\) (\d+)/.exec(output) ?? [];
  if (succeeded && major !== undefined) return Number(major);
  const reason = existsSync(postgres) ? output : "it is not there";
  throw new Error(
    `${postgres} does not run on this machine: ${reason}. Set DATABASE_URL to a Postgres 14 or newer that already runs.`,
  );
}
