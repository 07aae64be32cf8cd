import { z } from "zod";
import type { Conditions } from "./conditions.ts";
import { assertSameOrder, cursorOf, pageOf } from "./cursor.ts";
import { keysetOf } from "./keyset.ts";
import { LIMIT, oneOf, ORDER, TEXT } from "./parameters.ts";
import { instant, moment } from "./sql-text.ts";

/** Postgres knows no year 0. */
const TIME = z.iso.datetime({ precision: 6 }).refine((text) => !text.startsWith("0000"));

/** What a cursor may hold, by the type that its text is in SQL. */
const VALUES = {
  numeric: z.string().regex(/^(-Infinity|-?[0-9]{1,40}(\.[0-9]{1,9})?)$/),
  bigint: z.string().regex(/^[0-9]{1,18}$/),
  timestamptz: z.union([TIME, z.literal("-infinity")]),
} as const;

/** A value to sort by. */
interface SortKey {
  /** SQL of the value; it must never be null. */
  readonly sql: string;
  /** SQL of its text in a cursor. */
  readonly text: string;
  readonly type: keyof typeof VALUES;
}

/** Sorts by any number. */
export function byNumber(sql: string): SortKey {
  return { sql: `(${sql})::numeric`, text: `(${sql})::text`, type: "numeric" };
}

/** Sorts by a point in time as a number. Never is earlier than everything. */
export function byMoment(column: string): SortKey {
  return byNumber(moment(column));
}

/** Sorts by a count as it is stored: to make another number of each of very many rows takes longer. */
export function byStoredCount(column: string): SortKey {
  return { sql: column, text: `${column}::text`, type: "bigint" };
}

/** Sorts by a point in time as it is stored. Never is earlier than everything. */
export function byStoredTime(column: string): SortKey {
  return {
    sql: `coalesce(${column}, '-infinity')`,
    text: `coalesce(${instant(column)}, '-infinity')`,
    type: "timestamptz",
  };
}

export interface SortedListOptions<Sort extends string> {
  /** By the words of `sort`; without a key, by the names alone. */
  readonly keys: Readonly<Record<Sort, SortKey | undefined>>;
  /** The sort of those who do not say. */
  readonly usual: NoInfer<Sort>;
  /** How many names tell the rows apart. */
  readonly names: number;
}

/** What `parameters` of a sorted list become when they are read. */
export interface AskedPage<Sort extends string> {
  readonly sort: Sort;
  readonly order?: Direction | undefined;
  readonly limit: number;
  readonly cursor?: Position<Sort> | undefined;
}

/** Sort, order, value and names of the last row of a page. */
type Position<Sort extends string> = readonly [Sort, Direction, string, ...string[]];

type Direction = "asc" | "desc";

/** A list that can be sorted and read page by page: its parameters, and the SQL of a page. */
export function sortedList<const Sort extends string>(options: SortedListOptions<Sort>) {
  const { keys, usual, names } = options;
  const sorts = Object.keys(keys) as [Sort, ...Sort[]];
  const position = z
    .tuple([z.enum(sorts), z.enum(["asc", "desc"]), z.string()], TEXT)
    .refine(([sort, , value, ...given]) => {
      // Without a key, the value stands for nothing.
      const { type = "bigint" } = keys[sort as Sort] ?? {};
      return given.length === names && VALUES[type].safeParse(value).success;
    });
  const parameters = {
    sort: oneOf(sorts)
      .default(usual as never)
      .describe(`one of ${sorts.join(", ")}; without it, ${usual}`),
    order: ORDER,
    limit: LIMIT,
    cursor: cursorOf(position),
  };

  /**
   * SQL of the page that is asked for.
   *
   * @param where gets the values that the SQL names
   * @param columns SQL of the names. Among equal values they rise.
   * @throws ParameterError when the cursor belongs to another order
   */
  function page(asked: AskedPage<Sort>, where: Conditions, columns: readonly string[]) {
    const { sort, limit, cursor } = asked;
    const key = keys[sort];
    const order = asked.order ?? (key === undefined ? "asc" : "desc");
    assertSameOrder(cursor, [sort, order]);
    const keyset = keysetOf(
      { key: key?.sql, names: columns, descending: order === "desc" },
      cursor && {
        key: () => `${where.value(cursor[2])}::${key?.type}`,
        names: cursor.slice(3).map((name) => where.value(name)),
      },
    );
    return {
      ...keyset,
      /** SQL of one row more than was asked for. */
      limit: where.value(limit + 1),
      /** SQL of what a row's `position` is to be. */
      position: key?.text ?? "'0'",
      /** The page of these rows without their positions. @param namesOf the columns' values */
      of<Row extends { readonly position: string }>(
        rows: readonly Row[],
        namesOf: (row: Row) => readonly string[],
      ): { rows: Omit<Row, "position">[]; next_cursor: string | null } {
        const { page: cut, next_cursor } = pageOf(rows, limit, (row) => [
          sort,
          order,
          row.position,
          ...namesOf(row),
        ]);
        return { rows: cut.map(({ position: _position, ...row }) => row), next_cursor };
      },
    };
  }

  return { parameters, page };
}
