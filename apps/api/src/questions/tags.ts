import { z } from "zod";
import { Conditions } from "../conditions.ts";
import type { Database } from "../database.ts";
import { FLAG, REGISTRY, REGISTRY_PART, REPOSITORY_PART, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import {
  COUNT,
  DIGEST,
  LATER_INSTANT,
  NEXT_CURSOR,
  REGISTRY_LABEL,
  REPOSITORY,
  TAG,
} from "../schemas.ts";
import { byStoredCount, byStoredTime, sortedList } from "../sorted-list.ts";
import { instant, withCounts } from "../sql-text.ts";
import { DATE, startOfDay } from "../window.ts";

const NAMES = ["registry", "repository", "tag"] as const;

/** Names that only decide between equal values need no order of a language, which takes longer to compare. */
const TIE_BREAKERS = NAMES.map((name) => `tag_stats.${name} collate "C"`);

/** All tags are looked at to find the first by value, so they are sorted by the columns as they are stored. */
const LIST = sortedList({
  keys: {
    repository: undefined,
    last_pulled_at: byStoredTime("tag_stats.last_pulled_at"),
    last_pushed_at: byStoredTime("tag_stats.last_pushed_at"),
    pulls: byStoredCount("tag_stats.pulls"),
    pushes: byStoredCount("tag_stats.pushes"),
  },
  usual: "repository",
  names: NAMES.length,
});

const ROW = z.strictObject({
  registry: REGISTRY_LABEL,
  repository: REPOSITORY,
  tag: TAG,
  digest: DIGEST.nullable().describe("digest of the latest push; null when it was only pulled"),
  pushes: COUNT,
  pulls: COUNT.describe("downloads by this tag; checks by HEAD do not count"),
  first_pushed_at: LATER_INSTANT,
  last_pushed_at: LATER_INSTANT,
  first_pulled_at: LATER_INSTANT,
  last_pulled_at: LATER_INSTANT,
  deleted_at: LATER_INSTANT.describe("when it was deleted; null while it is there"),
});

type TagRow = Omit<z.infer<typeof ROW>, "pushes" | "pulls"> & {
  readonly pushes: string;
  readonly pulls: string;
  readonly position: string;
};

const PARAMETERS = {
  search: TEXT.optional().describe("part of the tag, in any case"),
  never_pulled: FLAG.describe("true: only tags that nobody ever pulled"),
  not_pulled_since: DATE.optional().describe(
    "only tags that were never pulled, or not since the start of this UTC day, however lately they were pushed",
  ),
  not_pushed_since: DATE.optional().describe(
    "only tags that were never pushed, or not since the start of this UTC day",
  ),
  deleted: FLAG.describe("true: also tags that were deleted"),
  ...LIST.parameters,
};

const RESPONSE = z.strictObject({ tags: z.array(ROW), next_cursor: NEXT_CURSOR });

const ASKED = z.object({
  registry: REGISTRY,
  repository: TEXT.optional().describe("path of a repository; without it, all of them"),
  ...PARAMETERS,
});

export const tags = defineRoute({
  path: "/api/v1/tags",
  question: "Which tags are there, and which of them does nobody pull and can go?",
  description: "The oldest first: sort=last_pulled_at&order=asc; what was never pulled leads.",
  example: "/api/v1/tags?never_pulled=true",
  parameters: ASKED,
  response: RESPONSE,
  table: { row: ROW, rowsOf: (answer) => answer.tags },
  answer: (asked, { database }) => findTags(asked, database),
});

export const repositoryTags = defineRoute({
  path: "/api/v1/repositories/{registry}/{repository}/tags",
  question: "Which tags does one repository have, and how much is each used?",
  parameters: z.object({ registry: REGISTRY_PART, repository: REPOSITORY_PART, ...PARAMETERS }),
  response: RESPONSE,
  table: { row: ROW, rowsOf: (answer) => answer.tags },
  answer: (asked, { database }) => findTags(asked, database),
});

async function findTags(
  asked: z.infer<typeof ASKED>,
  database: Database,
): Promise<z.infer<typeof RESPONSE>> {
  const where = new Conditions();
  where.where(asked.registry, (name) => `registry = ${name}`);
  where.where(asked.repository, (name) => `repository = ${name}`);
  where.where(asked.search, (part) => `strpos(lower(tag), lower(${part})) > 0`);
  where.where(
    asked.not_pulled_since,
    (day) => `(tag_stats.last_pulled_at is null or tag_stats.last_pulled_at < ${startOfDay(day)})`,
  );
  where.where(
    asked.not_pushed_since,
    (day) => `(tag_stats.last_pushed_at is null or tag_stats.last_pushed_at < ${startOfDay(day)})`,
  );
  if (asked.never_pulled) where.add("tag_stats.last_pulled_at is null");
  if (!asked.deleted) where.add("tag_stats.deleted_at is null");
  const list = LIST.page(asked, where, asked.sort === "repository" ? NAMES : TIE_BREAKERS);
  // What is shown is made of the rows of the page. Beside the sort, it would be made of every row that is sorted.
  const rows = await database.query<TagRow>(
    `select registry, repository, tag, digest, pushes, pulls,
  ${instant("first_pushed_at")} as first_pushed_at, ${instant("last_pushed_at")} as last_pushed_at,
  ${instant("first_pulled_at")} as first_pulled_at, ${instant("last_pulled_at")} as last_pulled_at,
  ${instant("deleted_at")} as deleted_at, ${list.position} as position
from (
  select registry, repository, tag, digest, pushes, pulls,
    first_pushed_at, last_pushed_at, first_pulled_at, last_pulled_at, deleted_at
  from tag_stats
  where ${where.text}
    and ${list.condition}
  order by ${list.orderBy}
  limit ${list.limit}
) tag_stats
order by ${list.orderBy}`,
    where.values,
  );
  const page = list.of(rows, (row) => NAMES.map((name) => row[name]));
  return {
    tags: page.rows.map((row) => withCounts(row, ["pushes", "pulls"])),
    next_cursor: page.next_cursor,
  };
}
