/** A list's order: by one value, if any, and then by names that make it unique. */
export interface Order {
  /** SQL of the value; it must never be null. Absent: by the names alone. */
  readonly key?: string | undefined;
  /** SQL of the names. Among equal values they rise. */
  readonly names: readonly string[];
  readonly descending: boolean;
}

/** Where a page begins: after the row with this value and these names, as SQL. */
export interface Position {
  /** Asked for only where the order has a value. */
  readonly key: () => string;
  readonly names: readonly string[];
}

/** SQL of one page of an ordered list. Pages follow one another without gap or repetition while rows come and go. */
export interface Keyset {
  readonly orderBy: string;
  /** Of the rows after the position. */
  readonly condition: string;
}

export function keysetOf({ key, names, descending }: Order, after?: Position): Keyset {
  const [direction, beyond] = descending ? ["desc", "<"] : ["asc", ">"];
  const list = names.join(", ");
  const given = after?.names.join(", ") ?? "";
  if (key === undefined) {
    return {
      orderBy: names.map((name) => `${name} ${direction}`).join(", "),
      condition: after === undefined ? "true" : `(${list}) ${beyond} (${given})`,
    };
  }
  const orderBy = `${key} ${direction}, ${list}`;
  if (after === undefined) return { orderBy, condition: "true" };
  const value = after.key();
  return {
    orderBy,
    condition: `(${key} ${beyond} ${value} or (${key} = ${value} and (${list}) > (${given})))`,
  };
}
