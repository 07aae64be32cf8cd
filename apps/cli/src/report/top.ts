import {
  REPOSITORY_MEASURES,
  repositoriesInWindow,
  type RepositoryMeasure,
} from "@tallyman/database";
import type pg from "pg";
import type { Window } from "./window.ts";

/** What can be ranked, and by what. */
export const SUBJECTS = ["repositories", "tags", "users", "registries"] as const;
export type Subject = (typeof SUBJECTS)[number];

/** One place of a ranking. */
export interface Place {
  readonly registry: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly user?: string;
  /** Downloads of manifests: HEAD checks and layers do not count. */
  readonly pulls: number;
  /** Pushes of manifests, tagged or not: layers do not count. */
  readonly pushes: number;
  /** Moved by pushes and pulls, layers included. */
  readonly bytes: number;
  readonly events: number;
}

export interface TopQuestion {
  readonly subject: Subject;
  readonly by: RepositoryMeasure;
  readonly window: Window;
  readonly registry?: string | undefined;
  readonly limit: number;
}

/** The columns that tell the places of each subject apart. */
const KEYS: Readonly<Record<Subject, readonly string[]>> = {
  registries: ["registry"],
  repositories: ["registry", "repository"],
  tags: ["registry", "repository", "tag"],
  users: ["registry", "user"],
};

const PULLS = "action in ('pull_tag', 'pull_manifest')";
const IN_WINDOW = `occurred_at >= ($1::date)::timestamp at time zone 'UTC'
    and occurred_at < ($2::date)::timestamp at time zone 'UTC' and ($3::text is null or registry = $3)`;

/** What no rollup has by day. */
function fromEvents(keys: string, condition: string): string {
  return `
  select ${keys}, count(*) filter (where ${PULLS}) as pulls,
    count(*) filter (where operation = 'push' and target_kind in ('tag', 'manifest')) as pushes,
    coalesce(sum(size_bytes) filter (where operation in ('push', 'pull')), 0) as bytes, count(*) as events
  from tracking_events
  where ${IN_WINDOW} and ${condition}
  group by ${keys}`;
}

const SOURCES: Readonly<Record<Subject, string>> = {
  registries: repositoriesInWindow(),
  repositories: repositoriesInWindow(),
  tags: fromEvents("registry, repository, tag", "tag is not null"),
  // Who counts as a user; deploy tokens and anonymous events have no user.
  users: `
  select counted.registry, username as "user", pulls, pushes, bytes, events
  from (${fromEvents("registry, user_id", "user_id is not null")}) counted
  join users on users.id = user_id`,
};

/** The greatest first; those that are equal in the order of their names. */
export async function top(
  client: pg.ClientBase,
  { subject, by, window, registry, limit }: TopQuestion,
): Promise<Place[]> {
  const keys = KEYS[subject].map((key) => `"${key}"`).join(", ");
  const { rows } = await client.query<Place>(
    `select * from (
      select ${keys}, ${REPOSITORY_MEASURES.map((measure) => `coalesce(sum(${measure}), 0)::float8 as ${measure}`).join(", ")}
      from (${SOURCES[subject]}) parts
      group by ${keys}
    ) places
    where ${by} > 0
    order by ${by} desc, ${keys}
    limit $4`,
    [window.from, window.to, registry ?? null, limit],
  );
  return rows;
}
