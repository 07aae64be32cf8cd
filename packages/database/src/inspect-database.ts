import type pg from "pg";

/** A server and the login on it, as far as they can be told on any database. */
export interface ServerInspection {
  /** For example `17.2`. */
  readonly version: string;
  /** As in `server_version_num`, for example 170002. */
  readonly versionNumber: number;
  readonly login: string;
  readonly superuser: boolean;
  /** Of a session that asked for UTC. */
  readonly timeZone: string;
  /** Of a session that asked for ISO; the order of day and month may follow. */
  readonly dateStyle: string;
  readonly synchronousCommit: string;
  /** Milliseconds by which the server's clock is ahead of ours; the time of the answer makes it uncertain. */
  readonly clockAheadMs: number;
}

/** What is in a database whose schema is this version's. */
export interface ContentInspection {
  /** Rights that a group role or the login itself lacks, in words: `tallyman_worker: insert on ledger`. */
  readonly missingRights: readonly string[];
  /** What the login can do: `worker` when it may count, `reader` when it may only read. */
  readonly loginMay: "worker" | "reader" | "nothing";
  /** Logins by the group role that they are members of. */
  readonly members: Readonly<Record<GroupRole, readonly string[]>>;
  /** First days of the months from the current one on that have no partition. */
  readonly missingPartitions: readonly string[];
  readonly openRejected: number;
}

type GroupRole = "tallyman_worker" | "tallyman_reader";

/** The months for which workers keep partitions ready: the current one and the next ones. */
const MONTHS = 4;

export async function inspectServer(client: pg.ClientBase): Promise<ServerInspection> {
  const before = Date.now();
  const { rows } = await client.query<ServerInspection & { readonly now: string }>(`
    select current_setting('server_version') as version,
      current_setting('server_version_num')::int as "versionNumber",
      current_user::text as login,
      (select rolsuper from pg_roles where rolname = current_user) as superuser,
      current_setting('TimeZone') as "timeZone",
      current_setting('DateStyle') as "dateStyle",
      current_setting('synchronous_commit') as "synchronousCommit",
      (extract(epoch from clock_timestamp()) * 1000)::text as now`);
  const [row] = rows;
  if (row === undefined) throw new Error("The database has not answered a question about itself.");
  const { now, ...server } = row;
  return { ...server, clockAheadMs: Math.round(Number(now) - (before + Date.now()) / 2) };
}

const WRITTEN = [
  "container_repositories",
  "users",
  "tracking_events",
  "rejected_events",
  "event_rollups",
  "repository_daily",
  "repository_monthly",
  "distinct_user_rollups",
  "repository_stats",
  "repository_actors",
  "tag_stats",
  "ledger",
];

const MISSING_RIGHTS = `
select role || ': ' || privilege || ' on ' || name as right
from unnest($1::text[]) as name
cross join (values
  ('tallyman_worker', 'select'), ('tallyman_worker', 'insert'), ('tallyman_worker', 'update'), ('tallyman_reader', 'select')
) as needed (role, privilege)
where not (name = 'tracking_events' and privilege = 'update')
  and not has_table_privilege(role, name, privilege)
union all
select role || ': execute on ' || proname
from (values
  ('tallyman_worker', 'tallyman', 'ensure_month_partition'),
  ('tallyman_reader', 'public', 'distinct_users')
) as needed (role, home, name)
join pg_proc on proname = name and pronamespace = home::regnamespace
where not has_function_privilege(role, pg_proc.oid, 'execute')`;

const MISSING_ROLES = `
select name || ': the role is missing' as right
from unnest(array['tallyman_migrator', 'tallyman_worker', 'tallyman_reader']) as name
where not exists (select from pg_roles where rolname = name)`;

const MEMBERS = `
select granted.rolname::text as role, member.rolname::text as login
from pg_auth_members
join pg_roles granted on granted.oid = roleid
join pg_roles member on member.oid = pg_auth_members.member
where member.rolcanlogin and granted.rolname in ('tallyman_worker', 'tallyman_reader')
order by 1, 2`;

const PARTITIONS = `
select to_char(month, 'YYYY-MM-DD') as month
from generate_series(date_trunc('month', now() at time zone 'UTC'),
  date_trunc('month', now() at time zone 'UTC') + make_interval(months => $1 - 1), '1 month') as month
where not exists (
  select from pg_class
  where relnamespace = 'tallyman'::regnamespace and relname = 'tracking_events_' || to_char(month, 'YYYY_MM'))`;

const LOGIN_MAY = `
select case
  when has_table_privilege('ledger', 'insert') and has_schema_privilege('tallyman', 'usage') then 'worker'
  when has_table_privilege('ledger', 'select') then 'reader'
  else 'nothing' end as may`;

/** @throws an error of the database when its schema is not this version's */
export async function inspectContent(client: pg.ClientBase): Promise<ContentInspection> {
  const { rows: roles } = await client.query<{ right: string }>(MISSING_ROLES);
  // Whether a role that is not there has a right is a question that Postgres refuses.
  const rights =
    roles.length > 0
      ? roles
      : (await client.query<{ right: string }>(MISSING_RIGHTS, [WRITTEN])).rows;
  const { rows: may } = await client.query<{ may: ContentInspection["loginMay"] }>(LOGIN_MAY);
  const loginMay = may[0]?.may ?? "nothing";
  const { rows: members } = await client.query<{ role: GroupRole; login: string }>(MEMBERS);
  const loginsOf = (role: GroupRole) =>
    members.filter((member) => member.role === role).map(({ login }) => login);
  const { rows: months } = await client.query<{ month: string }>(PARTITIONS, [MONTHS]);
  return {
    missingRights: rights.map(({ right }) => right),
    loginMay,
    members: {
      tallyman_worker: loginsOf("tallyman_worker"),
      tallyman_reader: loginsOf("tallyman_reader"),
    },
    missingPartitions: months.map(({ month }) => month),
    openRejected: loginMay === "nothing" ? 0 : await countOpenRejected(client),
  };
}

async function countOpenRejected(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ open: number }>(
    "select count(*)::int as open from rejected_events where replayed_at is null and discarded_at is null",
  );
  return rows[0]?.open ?? 0;
}
