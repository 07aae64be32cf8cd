import type { Surroundings } from "../../apps/cli/src/surroundings.ts";
import type { Counting } from "./counting.ts";
import { fromTestRun } from "./environment.ts";
import { runTallyman, tallymanJson, type Ran } from "./run-tallyman.ts";

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

  const run: Cli["run"] = (args, environment = {}, around = {}) =>
    runTallyman(args, { DATABASE_URL: url, ...environment }, around);

  return {
    url: () => url,
    run,
    json: (args, environment = {}) => tallymanJson(args, { DATABASE_URL: url, ...environment }),
    runAs: (role, args) =>
      run(args, {
        DATABASE_URL: `${url}?options=${encodeURIComponent(`-c role=${role} -c TimeZone=UTC`)}`,
      }),
  };
}
