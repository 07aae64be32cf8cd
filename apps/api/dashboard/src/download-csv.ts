import { askForCsv, type Query } from "./ask.ts";
import { element } from "./element.ts";

/** The most rows of one answer. */
const ROWS_PER_ANSWER = 1_000;

/** More are gathered no longer: a browser holds them all in memory. `tallyman export` streams any number. */
const MAX_ROWS = 200_000;

/**
 * Gathers a whole list, page by page, and hands it to the browser as a file.
 *
 * @param onProgress hears how many rows there are so far, at most
 */
export async function downloadCsv(
  path: string,
  query: Query,
  name: string,
  onProgress: (rows: number) => void,
): Promise<void> {
  const pages: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await askForCsv(path, { ...query, limit: ROWS_PER_ANSWER, cursor });
    // Every page has the heading; the names in it hold no line break.
    pages.push(pages.length === 0 ? page.text : page.text.slice(page.text.indexOf("\n") + 1));
    cursor = page.cursor;
    if (cursor !== undefined) onProgress(pages.length * ROWS_PER_ANSWER);
  } while (cursor !== undefined && pages.length * ROWS_PER_ANSWER < MAX_ROWS);
  const url = URL.createObjectURL(new Blob(pages, { type: "text/csv" }));
  element("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
