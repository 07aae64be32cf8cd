import { z } from "zod";
import { Conditions } from "../conditions.ts";
import { REGISTRY, TEXT } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { NEXT_CURSOR } from "../schemas.ts";
import { byMoment, byNumber, sortedList } from "../sorted-list.ts";
import { DATE, startOfDay } from "../window.ts";
import {
  REPOSITORY_COLUMNS,
  REPOSITORY_ROW,
  repositoriesWhere,
  toRepositoryRow,
  type RepositoryRecord,
} from "./repository-rows.ts";

const LIST = sortedList({
  keys: {
    repository: undefined,
    pulls: byNumber("pulls"),
    pushes: byNumber("pushes"),
    last_pulled_at: byMoment("last_pulled_at"),
    last_pushed_at: byMoment("last_pushed_at"),
    bytes_pulled: byNumber("bytes_pulled"),
    bytes_pushed: byNumber("bytes_pushed"),
    created_at: byMoment("created_at"),
    deleted_at: byMoment("deleted_at"),
  },
  usual: "repository",
  names: 2,
});

const first = (what: string) => DATE.optional().describe(`only ${what} on this UTC day or later`);
const until = (what: string) => DATE.optional().describe(`only ${what} before this UTC day`);

export const repositories = defineRoute({
  path: "/api/v1/repositories",
  question: "Which repositories are there, which are used most, which are new and which are gone?",
  example: "/api/v1/repositories?sort=pulls",
  parameters: z.object({
    registry: REGISTRY,
    search: TEXT.optional().describe("part of the path, in any case"),
    created_from: first("those that a push created"),
    created_to: until("those that a push created"),
    deleted_from: first("those that were deleted"),
    deleted_to: until("those that were deleted"),
    ...LIST.parameters,
  }),
  response: z.strictObject({ repositories: z.array(REPOSITORY_ROW), next_cursor: NEXT_CURSOR }),
  table: { row: REPOSITORY_ROW, rowsOf: (answer) => answer.repositories },
  answer: async (asked, { database }) => {
    const where = new Conditions();
    const whose =
      asked.registry === undefined ? "true" : `registry = ${where.value(asked.registry)}`;
    where.where(asked.search, (part) => `strpos(lower(repository), lower(${part})) > 0`);
    where.where(asked.created_from, (day) => `created_at >= ${startOfDay(day)}`);
    where.where(asked.created_to, (day) => `created_at < ${startOfDay(day)}`);
    where.where(asked.deleted_from, (day) => `deleted_at >= ${startOfDay(day)}`);
    where.where(asked.deleted_to, (day) => `deleted_at < ${startOfDay(day)}`);
    // Of one name in several registries all stand together.
    const names =
      asked.sort === "repository"
        ? (["repository", "registry"] as const)
        : (["registry", "repository"] as const);
    const list = LIST.page(asked, where, names);
    const rows = await database.query<RepositoryRecord & { position: string }>(
      `select ${REPOSITORY_COLUMNS}, ${list.position} as position
from ${repositoriesWhere(whose)} repositories
where ${where.text} and ${list.condition}
order by ${list.orderBy}
limit ${list.limit}`,
      where.values,
    );
    const page = list.of(rows, (row) => names.map((name) => row[name]));
    return { repositories: page.rows.map(toRepositoryRow), next_cursor: page.next_cursor };
  },
});
