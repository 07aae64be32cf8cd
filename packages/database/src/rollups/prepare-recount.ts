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

/**
 * Keeps retention from dropping a partition until the transaction ends. To be called first: a dropped partition is gone
 * even for a snapshot that was taken before, while the record of what its rows told would not yet be in it.
 */
export async function keepTrackingRows(client: pg.ClientBase): Promise<void> {
  await client.query("lock table tracking_events in access share mode");
}
