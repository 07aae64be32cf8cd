import { ask, type Query } from "./ask.ts";
import { downloadCsv } from "./download-csv.ts";
import { element, type Child } from "./element.ts";
import { number } from "./format.ts";
import { link } from "./navigation.ts";
import { empty, Panel, type Part } from "./panel.ts";
import type { Place } from "./place.ts";
import { table, type Column } from "./table.ts";

const ROWS_PER_PAGE = 50;

export interface PagedListOptions<Row> {
  readonly title: string;
  /** Under the title. */
  readonly note?: string | ((place: Place) => string);
  /** Which list of the api. */
  readonly path: (place: Place) => string;
  /** The answer's member that holds the rows. */
  readonly rows: string;
  readonly query: (place: Place) => Query;
  readonly columns: (place: Place) => readonly Column<Row>[];
  readonly controls?: readonly Part[];
  /** Said when there are no rows. */
  readonly none: string;
  /** Name of the CSV file. */
  readonly file: string;
}

/** A list of the api, page by page. The page is part of the place, so that back leads back and a link to it works. */
export function pagedList<Row>(options: PagedListOptions<Row>): Part {
  const { path, query, columns, none, title } = options;
  return new Panel<Readonly<Record<string, unknown>>>({
    ...options,
    class: "list",
    key: (place) => [path(place), query(place), place.get("cursor")],
    load: (place) =>
      ask(path(place), { ...query(place), limit: ROWS_PER_PAGE, cursor: place.get("cursor") }),
    show: (answer, place) => {
      const rows = answer[options.rows] as readonly Row[];
      const next = answer["next_cursor"] as string | null;
      if (rows.length === 0) return empty(none);
      return [
        table({ caption: title, columns: columns(place), rows, cards: true }),
        footer(options, place, rows.length, next),
      ];
    },
  });
}

function footer<Row>(
  options: PagedListOptions<Row>,
  place: Place,
  shown: number,
  next: string | null,
): HTMLElement {
  const isFirst = place.get("cursor") === undefined;
  const count =
    isFirst && next === null ? `${number(shown)} in all` : `${number(shown)} on this page`;
  return element(
    "nav",
    { class: "pager", "aria-label": `Pages of ${options.title}` },
    element("p", { class: "pager-count" }, count),
    isFirst ? null : link(place.with({ cursor: undefined }), { class: "button" }, "First page"),
    next === null
      ? null
      : link(place.with({ cursor: next }), { class: "button", rel: "next" }, "Next page"),
    csvButton(options, place),
  );
}

function csvButton<Row>(options: PagedListOptions<Row>, place: Place): Child {
  const button = element("button", { type: "button", class: "button" }, "Download CSV");
  const said = element("span", { role: "status", class: "muted" });
  const { path, query, file } = options;
  button.addEventListener("click", () => {
    button.disabled = true;
    const download = async (): Promise<void> => {
      try {
        await downloadCsv(path(place), query(place), `${file}.csv`, (rows) => {
          said.textContent = `${number(rows)} rows`;
        });
      } catch (error) {
        said.textContent = error instanceof Error ? error.message : String(error);
      }
      button.disabled = false;
    };
    void download();
  });
  return [button, said];
}
