import type pg from "pg";

const MISSING = `
  select path from unnest($2::text[]) as listed (path)
  where not exists (select from container_repositories c where c.registry = $1 and c.path = listed.path)`;

/**
 * Notes repositories that existed before Tallyman. Rows that are there stay as they are, also closed ones.
 *
 * @returns how many were not there
 */
export async function importRepositories(
  client: pg.ClientBase,
  registry: string,
  paths: readonly string[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<number> {
  // Sorted, so that we and the workers wait for each other in one order.
  const different = [...new Set(paths)].toSorted((a, b) => (a < b ? -1 : 1));
  const { rowCount } = await client.query(
    dryRun
      ? MISSING
      : `insert into container_repositories (registry, path, origin)
         select $1, path, 'import' from unnest($2::text[]) as listed (path)
         on conflict do nothing`,
    [registry, different],
  );
  return rowCount ?? 0;
}
