import { expect } from "chai";
import { runCli } from "../../apps/cli/src/run-cli.ts";
import type { Surroundings } from "../../apps/cli/src/surroundings.ts";
import type { Counting } from "./counting.ts";
import { fromTestRun } from "./environment.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line on a test's database. Arguments are split at spaces unless they are a list. */
export interface Cli {
  /** Address of the database. */
  readonly url: () => string;
  readonly run: (
    args: string | readonly string[],
    environment?: Readonly<Record<string, string>>,
    around?: Partial<Surroundings>,
  ) => Promise<Ran>;
  /** The same with `--json`; nothing may be on stderr. */
  readonly json: (
    args: string | readonly string[],
    environment?: Readonly<Record<string, string>>,
  ) => Promise<{ code: number; document: Record<string, unknown> }>;
  /** The same with the rights of a role. */
  readonly runAs: (role: string, args: string) => Promise<Ran>;
}

/** Gives the tests of the surrounding `describe` the command line. */
export function cliForTests(counting: Counting): Cli {
  let url: string;
  before(async () => {
    const { rows } = await counting.admin.query<{ name: string }>(
      "select current_database() as name",
    );
    const address = new URL(fromTestRun("TALLYMAN_TEST_POSTGRES_URL"));
    address.pathname = `/${rows[0]?.name}`;
    url = address.href;
  });

  const run: Cli["run"] = async (args, environment = {}, around = {}) => {
    let [out, err] = ["", ""];
    const list = typeof args === "string" ? args.split(" ").filter(Boolean) : args;
    const code = await runCli(list, {
      environment: { DATABASE_URL: url, ...environment },
      stdout: { write: (text: string) => (out += text) },
      stderr: { write: (text: string) => (err += text) },
      ...around,
    });
    return { code, out, err };
  };

  return {
    url: () => url,
    run,
    json: async (args, environment) => {
      const list = typeof args === "string" ? args.split(" ").filter(Boolean) : args;
      const { code, out, err } = await run([...list, "--json"], environment);
      expect(err).to.equal("");
      return { code, document: JSON.parse(out) as Record<string, unknown> };
    },
    runAs: (role, args) =>
      run(args, {
        DATABASE_URL: `${url}?options=${encodeURIComponent(`-c role=${role} -c TimeZone=UTC`)}`,
      }),
  };
}
