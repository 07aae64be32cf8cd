import type pg from "pg";

/**
 * Settings of the transaction for statements over whole tables: more memory for each sort than for a batch, the rest
 * goes to disk; and no nested loops, which a wrong guess about the size of an aggregate would turn into hours. Where
 * there is no other way Postgres takes one all the same, at a pretended cost that would make it compile each statement.
 */
export async function prepareRecount(client: pg.ClientBase): Promise<void> {
  await client.query(
    "set local work_mem = '64MB'; set local enable_nestloop = off; set local jit = off",
  );
}
