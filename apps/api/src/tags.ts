import { z } from "zod";
import { cursorOf, pageOf } from "./cursor.ts";
import { LIMIT, REGISTRY, TEXT } from "./parameters.ts";
import { defineRoute } from "./route.ts";
import { instant, withCounts } from "./sql-text.ts";
import { DATE } from "./window.ts";

/** Who asks for unused tags wants to remove them, so those that are gone already are left out. */
const TAGS = `
select registry, repository, tag, digest, pushes, pulls,
  ${instant("first_pushed_at")} as first_pushed_at, ${instant("last_pushed_at")} as last_pushed_at,
  ${instant("first_pulled_at")} as first_pulled_at, ${instant("last_pulled_at")} as last_pulled_at,
  ${instant("deleted_at")} as deleted_at
from tag_stats
where ($1::text is null or registry = $1)
  and ($2::text is null or repository = $2)
  and ($3::date is null or deleted_at is null and (
    tag_stats.last_pulled_at is null or tag_stats.last_pulled_at < ($3::date)::timestamp at time zone 'UTC'))
  and ($4::text is null or (registry, repository, tag) > ($4, $5, $6))
order by registry, repository, tag
limit $7`;

const COUNTS = ["pushes", "pulls"] as const;

interface TagRow extends Record<(typeof COUNTS)[number], string> {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | null;
  readonly first_pushed_at: string | null;
  readonly last_pushed_at: string | null;
  readonly first_pulled_at: string | null;
  readonly last_pulled_at: string | null;
  readonly deleted_at: string | null;
}

export const tags = defineRoute({
  path: "/api/v1/tags",
  question: "Which tags are there, and which of them does nobody pull?",
  parameters: z.object({
    registry: REGISTRY,
    repository: TEXT.optional().describe("path of a repository; without it, all of them"),
    unused_since: DATE.optional().describe(
      "only tags that are there and were never pulled, or not since the start of this UTC day, however lately they were pushed",
    ),
    limit: LIMIT,
    cursor: cursorOf(z.tuple([TEXT, TEXT, TEXT])),
  }),
  answer: async (parameters, { database }) => {
    const { registry = null, repository = null, unused_since = null, limit, cursor } = parameters;
    const after = cursor ?? [null, null, null];
    const values = [registry, repository, unused_since, ...after, limit + 1];
    const rows = await database.query<TagRow>(TAGS, values);
    const { page, next_cursor } = pageOf(rows, limit, (row) => [
      row.registry,
      row.repository,
      row.tag,
    ]);
    return { tags: page.map((row) => withCounts(row, COUNTS)), next_cursor };
  },
});
