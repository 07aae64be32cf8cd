import { REPOSITORY_MEASURES, topRepositoriesInWindow } from "@tallyman/database";
import { z } from "zod";
import { limitOf, oneOf, REGISTRY } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ASKED_REGISTRY, BYTES, COUNT, REGISTRY_LABEL, REPOSITORY, WINDOW } from "../schemas.ts";
import { withCounts } from "../sql-text.ts";
import { FROM, TO, windowOf } from "../window.ts";

const DEFAULT_DAYS = 28;

const DEFAULT_LIMIT = 10;

const ROW = z.strictObject({
  registry: REGISTRY_LABEL,
  repository: REPOSITORY,
  pulls: COUNT.describe("manifest downloads; checks by HEAD and layers do not count"),
  pushes: COUNT.describe("manifest pushes, tagged or not"),
  bytes: BYTES.describe("bytes of pushes and pulls, layers included"),
  events: COUNT.describe("events of any kind"),
});

type TopRecord = Pick<z.infer<typeof ROW>, "registry" | "repository"> &
  Record<(typeof REPOSITORY_MEASURES)[number], string>;

export const topRepositories = defineRoute({
  path: "/api/v1/top-repositories",
  question: "Which repositories were used most in a period?",
  description:
    "What happened in the window, of those that were used in it at all; the same as tallyman top repositories. All-time numbers of all of them: /api/v1/repositories.",
  example: "/api/v1/top-repositories?by=pulls",
  parameters: z.object({
    registry: REGISTRY,
    by: oneOf(REPOSITORY_MEASURES)
      .default("pulls")
      .describe(`what counts: one of ${REPOSITORY_MEASURES.join(", ")}; without it, pulls`),
    from: FROM.describe(`first UTC day; without it, ${DEFAULT_DAYS} days before to`),
    to: TO,
    limit: limitOf(DEFAULT_LIMIT),
  }),
  response: z.strictObject({
    registry: ASKED_REGISTRY,
    ...WINDOW,
    by: z.enum(REPOSITORY_MEASURES),
    repositories: z.array(ROW).describe("the most first; equal ones by name"),
  }),
  table: { row: ROW, rowsOf: (answer) => answer.repositories },
  answer: async (asked, { database, today }) => {
    const { registry = null, by, limit } = asked;
    const window = windowOf(asked, { today: today(), days: DEFAULT_DAYS });
    const rows = await database.query<TopRecord>(topRepositoriesInWindow(by, limit), [
      window.from,
      window.to,
      registry,
      limit,
    ]);
    return {
      registry,
      ...window,
      by,
      repositories: rows.map((row) => withCounts(row, REPOSITORY_MEASURES)),
    };
  },
});
