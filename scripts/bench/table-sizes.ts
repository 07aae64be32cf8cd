import { withClient } from "./databases.ts";

export interface TableSize {
  readonly table: string;
  readonly rows: number;
  /** Bytes of the table and, apart, of its indexes. */
  readonly tableBytes: number;
  readonly indexBytes: number;
}

/** Sizes of the tables that have grown, the largest first; partitions are added up. */
export async function tableSizes(url: string): Promise<TableSize[]> {
  return withClient(url, async (client) => {
    await client.query("analyze");
    const { rows } = await client.query<Record<string, string>>(
      `select coalesce(parent.relname, c.relname) as table,
         sum(greatest(c.reltuples, 0)) as rows,
         sum(pg_table_size(c.oid)) as table_bytes,
         sum(pg_indexes_size(c.oid)) as index_bytes
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       left join pg_inherits i on i.inhrelid = c.oid
       left join pg_class parent on parent.oid = i.inhparent
       where n.nspname in ('public', 'tallyman') and c.relkind = 'r'
       group by 1 having sum(greatest(c.reltuples, 0)) > 0
       order by sum(pg_total_relation_size(c.oid)) desc`,
    );
    return rows.map((row) => ({
      table: row["table"] ?? "",
      rows: Number(row["rows"]),
      tableBytes: Number(row["table_bytes"]),
      indexBytes: Number(row["index_bytes"]),
    }));
  });
}
