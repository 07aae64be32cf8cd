import { counted, EXIT, inColumns, print, type Surroundings } from "../surroundings.ts";
import { withDatabase, type CommonOptions } from "../with-database.ts";

const LIST = `
select id::int as id, registry, username, (count(*) over ())::int as total
from users
where ($1::text is null or registry = $1) and ($2::text is null or strpos(username, lower($2)) > 0)
order by registry, username
limit $3`;

/** `tallyman users list`: users by registry and name. */
export async function usersList(
  surroundings: Surroundings,
  options: CommonOptions & {
    readonly registry?: string;
    readonly search?: string;
    readonly limit: number;
  },
): Promise<number> {
  const { json = false, registry = null, search = null, limit } = options;
  // One more than is shown never hides the total: with a limit of 0 there would be no row to carry it.
  const rows = await withDatabase(surroundings, options, async ({ client }) => {
    const result = await client.query<{
      id: number;
      registry: string;
      username: string;
      total: number;
    }>(LIST, [registry, search, Math.max(limit, 1)]);
    return result.rows;
  });
  const total = rows[0]?.total ?? 0;
  const users = rows.slice(0, limit).map(({ total: _total, ...user }) => user);
  const table = users.map((user) => [String(user.id), user.registry, user.username]);
  print(surroundings, json, { total, users }, [
    ...(users.length === 0 ? [] : inColumns([["ID", "REGISTRY", "USERNAME"], ...table])),
    users.length < total
      ? `${users.length} of ${counted(total, "user")}; --limit shows more`
      : counted(total, "user"),
  ]);
  return EXIT.ok;
}
