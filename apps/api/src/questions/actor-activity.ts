import { z } from "zod";
import { ACTOR_PART, REGISTRY_PART } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import {
  ACTION,
  ACTOR_NAME,
  BYTES,
  COUNT,
  DAY,
  INSTANT,
  REGISTRY_LABEL,
  REPOSITORY,
  WINDOW,
} from "../schemas.ts";
import { day, instant, withCounts } from "../sql-text.ts";
import { FROM, MAX_DAYS, startOfDay, TO, windowOf } from "../window.ts";

const DEFAULT_DAYS = 28;

/** Of the busiest; a scanner may touch all there are. */
const MAX_REPOSITORIES = 1_000;

/** Both tables from one look at the sums, so that they always agree. */
const ACTIVITY = `
select ${day("day")} as day, action, repository, events, bytes, pushes, pulls,
  ${instant("last_seen_at")} as last_seen_at
from (
  select actor_daily.day, action, repository, sum(events) as events, sum(bytes) as bytes, sum(pushes) as pushes,
    coalesce(sum(events) filter (where action in ('pull_tag', 'pull_manifest')), 0) as pulls,
    max(actor_daily.last_seen_at) as last_seen_at
  from actor_daily
  where registry = $1 and actor_name = lower($2) and actor_daily.day >= $3::date and actor_daily.day < $4::date
    -- The same once more for the latest days, which are tracking rows and are found by this.
    and actor_daily.last_seen_at >= ${startOfDay("$3")} and actor_daily.last_seen_at < ${startOfDay("$4")}
  group by grouping sets ((actor_daily.day, action), (repository))
) activity
order by activity.day, action, events desc, repository`;

const DAY_ROW = z.strictObject({
  day: DAY,
  action: ACTION,
  events: COUNT.describe("number of events"),
  bytes: BYTES.describe("bytes of pushes and pulls; others move none"),
});

const REPOSITORY_ROW = z.strictObject({
  repository: REPOSITORY,
  events: COUNT.describe("number of events of any kind"),
  pushes: COUNT.describe("manifest pushes"),
  pulls: COUNT.describe("manifest downloads"),
  last_seen_at: INSTANT.describe("latest event in the window"),
});

interface ActivityRecord {
  readonly day: string | null;
  readonly action: z.infer<typeof ACTION> | null;
  readonly repository: string | null;
  readonly events: string;
  readonly bytes: string;
  readonly pushes: string;
  readonly pulls: string;
  readonly last_seen_at: string;
}

export const actorActivity = defineRoute({
  path: "/api/v1/actors/{registry}/{actor}/activity",
  question: "What did one person do per day, and in which repositories?",
  description: `As CSV: the days. Of the repositories the ${MAX_REPOSITORIES} with most events.`,
  parameters: z.object({
    registry: REGISTRY_PART,
    actor: ACTOR_PART,
    from: FROM.describe(`first UTC day; without it, ${DEFAULT_DAYS} days before to`),
    to: TO,
  }),
  response: z.strictObject({
    registry: REGISTRY_LABEL,
    actor_name: ACTOR_NAME.describe("as it was asked for"),
    ...WINDOW,
    days: z.array(DAY_ROW).describe("days and actions without events are left out"),
    repositories: z.array(REPOSITORY_ROW).describe("most events first"),
  }),
  table: { row: DAY_ROW, rowsOf: (answer) => answer.days },
  answer: async (asked, { database, today }) => {
    const { registry, actor } = asked;
    const window = windowOf(asked, { today: today(), days: DEFAULT_DAYS, maxDays: MAX_DAYS });
    const values = [registry, actor, window.from, window.to];
    const rows = await database.query<ActivityRecord>(ACTIVITY, values);
    return {
      registry,
      actor_name: actor,
      ...window,
      days: rows.flatMap(({ day: ofDay, action, events, bytes }) =>
        ofDay === null || action === null
          ? []
          : [{ day: ofDay, action, ...withCounts({ events, bytes }, ["events", "bytes"]) }],
      ),
      repositories: rows
        .flatMap(({ repository, events, pushes, pulls, last_seen_at }) =>
          repository === null
            ? []
            : [
                {
                  repository,
                  ...withCounts({ events, pushes, pulls }, ["events", "pushes", "pulls"]),
                  last_seen_at,
                },
              ],
        )
        .slice(0, MAX_REPOSITORIES),
    };
  },
});
