import { element, type Child } from "./element.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Child;
  /** Numbers stand below each other. */
  readonly numeric?: boolean;
  /** Left out on a phone, because a row of the list leads to it. */
  readonly wideOnly?: boolean;
  /** What the heading becomes where a list can be ordered by it. */
  readonly heading?: Child;
  readonly sorted?: "ascending" | "descending" | undefined;
}

export interface TableOptions<Row> {
  /** Read out before the table; not shown, since a heading says the same. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Rows become cards on a phone. Tables of two or three short columns fit as they are. */
  readonly cards?: boolean;
}

/**
 * Makes a table. Its roles are spelled out because browsers forget them when the style sheet lays rows out as cards.
 * The first cell of a row is its heading.
 */
export function table<Row>(options: TableOptions<Row>): HTMLElement {
  const { caption, columns, rows, cards = false } = options;
  const headings = columns.map(({ title, heading, sorted, ...column }) =>
    element(
      "th",
      { scope: "col", role: "columnheader", class: classOf(column), "aria-sort": sorted },
      heading ?? title,
    ),
  );
  return element(
    "table",
    { class: cards ? "cards" : undefined, role: "table" },
    element("caption", { class: "visually-hidden" }, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, headings)),
    element(
      "tbody",
      { role: "rowgroup" },
      rows.map((row) => element("tr", { role: "row" }, cellsOf(row, columns))),
    ),
  );
}

function cellsOf<Row>(row: Row, columns: readonly Column<Row>[]): HTMLElement[] {
  return columns.map((column, index) => {
    const attributes = { class: classOf(column), "data-label": column.title };
    // One child, which a phone's card lays out beside the label.
    const content = element("div", {}, column.cell(row));
    return index === 0
      ? element("th", { ...attributes, scope: "row", role: "rowheader" }, content)
      : element("td", { ...attributes, role: "cell" }, content);
  });
}

function classOf(column: {
  readonly numeric?: boolean;
  readonly wideOnly?: boolean;
}): string | undefined {
  const classes = [
    column.numeric === true ? "numeric" : "",
    column.wideOnly === true ? "wide-only" : "",
  ];
  return classes.join(" ").trim() || undefined;
}
