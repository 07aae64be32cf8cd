import { REPOSITORY_MEASURES, type RepositoryMeasure } from "@tallyman/database";
import { PERIODS, type Period } from "@tallyman/events";
import { Option, type Command } from "commander";
import type pg from "pg";
import { addCommonOptions } from "./common-options.ts";
import { asMarkdown, asText, placesTable, tableText } from "./report/render.ts";
import { summarize } from "./report/summary.ts";
import { SUBJECTS, top, type Subject } from "./report/top.ts";
import { windowOf, type Window, type WindowOptions } from "./report/window.ts";
import { parseCount } from "./selection.ts";
import { EXIT, print, UsageError, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** All that is shown must be held; more is a question for SQL. */
const MOST_PLACES = 10_000;

interface Options extends CommonOptions, WindowOptions {
  readonly registry?: string;
  readonly limit: number;
}

/** Adds `tallyman report` and `tallyman top`. */
export function addReport(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  withWindow(addCommonOptions(program.command("report")))
    .summary("Sum a period up, for a terminal, for a program or as Markdown.")
    .description(
      "Sum a period up: events by action, different users, the most pulled repositories, what is new and what was deleted, the ledger, what could not be counted.",
    )
    .addOption(
      new Option("--by <period>", "users per day, week or month").choices(PERIODS).default("week"),
    )
    .option("--limit <n>", "most repositories", parseCount("--limit", MOST_PLACES, 1), 10)
    .option("--markdown", "answer in Markdown")
    .addHelpText(
      "after",
      `${WINDOW_HELP}\n\nExamples:\n  $ tallyman report\n  $ tallyman report --month 2026-10 --by day --markdown > october.md\n  $ tallyman report --week 2026-W47 --registry harbour --json`,
    )
    .action(async (options) => report(await reportPeriod(surroundings, options)));

  const ranking = program
    .command("top")
    .description("What is used most: repositories, tags, users or registries.");
  for (const subject of SUBJECTS) {
    withWindow(addCommonOptions(ranking.command(subject)))
      .description(DESCRIPTIONS[subject])
      .addOption(
        new Option("--by <measure>", "what counts").choices(REPOSITORY_MEASURES).default("pulls"),
      )
      .option("--limit <n>", "most places", parseCount("--limit", MOST_PLACES, 1), 10)
      .addHelpText(
        "after",
        `${WINDOW_HELP}\n\nExamples:\n  $ tallyman top ${subject}\n  $ tallyman top ${subject} --by bytes --month 2026-10 --limit 50 --json`,
      )
      .action(async (options) => report(await showTop(surroundings, subject, options)));
  }
}

const DESCRIPTIONS: Readonly<Record<Subject, string>> = {
  repositories: "Repositories that are used most.",
  tags: "Tags that are used most. What was done by digest is not among it.",
  users: "Users that do most. Deploy tokens and anonymous events are no users.",
  registries: "Registries that are used most.",
};

const WINDOW_HELP = `
Days are UTC days of event time; without any of --from, --to, --week and --month it is the last 28 with today. Pulls
and pushes are those of manifests; bytes are those of layers as well.`;

function withWindow(command: Command): Command {
  return command
    .option("--from <day>", "first day")
    .option("--to <day>", "first day after")
    .option("--week <week>", "an ISO week, like 2026-W47")
    .option("--month <month>", "a month, like 2026-11")
    .option("--registry <label>", "only this registry");
}

async function reportPeriod(
  surroundings: Surroundings,
  options: Options & { readonly by: Period; readonly markdown?: boolean },
): Promise<number> {
  const { json = false, markdown = false, registry, by, limit } = options;
  if (json && markdown) throw new UsageError("Give either --json or --markdown.");
  const window = windowOf(options, today());
  const summary = await withDatabase(surroundings, options, async ({ client }) => {
    await tellUnknownRegistry(surroundings, client, registry);
    return summarize(client, { window, registry, by, limit });
  });
  print(surroundings, json, summary, markdown ? asMarkdown(summary) : asText(summary));
  return EXIT.ok;
}

async function showTop(
  surroundings: Surroundings,
  subject: Subject,
  options: Options & { readonly by: RepositoryMeasure },
): Promise<number> {
  const { json = false, registry, by, limit } = options;
  const window = windowOf(options, today());
  const places = await withDatabase(surroundings, options, async ({ client }) => {
    await tellUnknownRegistry(surroundings, client, registry);
    return top(client, { subject, by, window, registry, limit });
  });
  const document = { ...window, registry: registry ?? null, by, [subject]: places };
  const lines = tableText(placesTable(subject, places, by));
  if (places.length === 0) lines.push(`  ${elsewhere(by, window)}`);
  print(surroundings, json, document, lines);
  return EXIT.ok;
}

const REGISTRIES = `
select registry from ledger union select registry from container_repositories order by registry`;

/** Zeros of a registry that is not there are the answer to a typing error. */
async function tellUnknownRegistry(
  { stderr }: Surroundings,
  client: pg.ClientBase,
  registry: string | undefined,
): Promise<void> {
  if (registry === undefined) return;
  const { rows } = await client.query<{ registry: string }>(REGISTRIES);
  const known = rows.map((row) => row.registry);
  if (known.includes(registry)) return;
  const there = known.length === 0 ? "none has" : `these have: ${known.join(", ")}`;
  stderr.write(`The registry ${registry} has never sent anything; ${there}.\n`);
}

/** Where somebody who found nothing may look; the last day is part of the window. */
function elsewhere(by: RepositoryMeasure, { from, to }: Window): string {
  const others = REPOSITORY_MEASURES.filter((measure) => measure !== by).join(", ");
  const last = new Date(Date.parse(to) - 1).toISOString().slice(0, 10);
  return `It goes from ${from} to ${last}; --from, --week or --month choose another, and --by ranks by ${others} instead.`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
