import pg from "pg";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { recordSampleTraffic } from "../../apps/api/src/test-support/sample-traffic.ts";
import { serveApi, type ServedApi } from "../../apps/api/src/test-support/serve-api.ts";
import { closeTestBrowser, testBrowser } from "../support/chromium.ts";
import { eventually } from "../support/eventually.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

/** The current day of api and browser: all sample traffic lies in the 90 days before its end. */
const TODAY = "2026-02-04";

/** Milliseconds within which a page must show everything; far more than it takes. */
const PATIENCE = 15_000;

export interface PageOptions extends BrowserContextOptions {
  /** What the browser does before the page loads. */
  readonly prepare?: (page: Page) => Promise<void>;
}

after("close the browser", closeTestBrowser);

/** A database, an api and pages in the browser, for the tests of one `describe`; all of it is closed at its end. */
export class DashboardUnderTest {
  #database: TestDatabase | undefined;
  #client: pg.Client | undefined;
  #api: ServedApi | undefined;
  readonly #pages: Page[] = [];
  /** What went wrong in any page: uncaught errors, and what the content security policy stopped. */
  readonly complaints: string[] = [];
  /** Every URL that any page asked for. */
  readonly requests: string[] = [];

  /** Registers the hooks that bring it up and take it down. @param fill counts what the database holds */
  constructor(
    options: {
      readonly fill?: (databaseUrl: string) => Promise<void>;
      readonly tokens?: readonly string[];
    } = {},
  ) {
    const { fill = recordSampleTraffic, tokens = [] } = options;
    before("fill a database and start the api", async () => {
      this.#database = await createTestDatabase();
      const { url } = this.#database;
      await fill(url);
      this.#client = new pg.Client({ connectionString: url });
      await this.#client.connect();
      this.#api = await serveApi({ databaseUrl: url, today: TODAY, tokens });
    });
    after("close the pages and stop the api", async () => {
      for (const page of this.#pages) await page.context().close();
      await this.#api?.close();
      await this.#client?.end();
      await this.#database?.drop();
    });
  }

  get origin(): string {
    return this.#api?.origin ?? "";
  }

  /** A page with this query, with everything that it shows loaded. */
  async open(query: string, options: PageOptions = {}): Promise<Page> {
    const { prepare, ...contextOptions } = options;
    const browser = await testBrowser();
    const context = await browser.newContext({
      locale: "en-US",
      viewport: { width: 1_280, height: 900 },
      ...contextOptions,
    });
    const page = await context.newPage();
    this.#pages.push(page);
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (/content security policy|trusted/i.test(message.text())) {
        this.complaints.push(message.text());
      }
    });
    page.on("request", (request) => this.requests.push(request.url()));
    await page.clock.setFixedTime(`${TODAY}T12:00:00Z`);
    await prepare?.(page);
    await page.goto(`${this.origin}/${query}`);
    await loaded(page);
    return page;
  }

  /** Rows of a query as lists of text, the way a table shows them. */
  async sql(query: string): Promise<string[][]> {
    const rows = await this.#client?.query<(string | number | null)[]>({
      text: query,
      rowMode: "array",
    });
    return (rows?.rows ?? []).map((row) => row.map((value) => String(value ?? "")));
  }

  /** The first value of a query, as text. */
  async figure(query: string): Promise<string> {
    return (await this.sql(query))[0]?.[0] ?? "";
  }
}

/** Goes to a query as a click on a link does, without loading all scripts anew. */
export async function visit(page: Page, query: string): Promise<void> {
  await page.evaluate(
    `history.pushState(null, "", ${JSON.stringify(`/${query}`)}); dispatchEvent(new PopStateEvent("popstate"))`,
  );
  await loaded(page);
}

/** Waits until nothing on the page is loading any more. */
export function loaded(page: Page): Promise<void> {
  // Playwright's own waitForFunction would evaluate text in the page, which its content security policy forbids.
  return eventually("the page has loaded", () =>
    page.evaluate<boolean>(
      "document.querySelector('h1')?.textContent > '' && !document.querySelector('.skeleton, [aria-busy]')",
    ),
  );
}

/** A titled part of the page. */
export function panel(page: Page, title: string): Locator {
  return page.getByRole("region", { name: title, exact: true });
}

/** The texts of a panel's table, row by row, without its heading. */
export async function rowsOf(part: Locator): Promise<string[][]> {
  const rows = await part.locator("tbody tr").all();
  return Promise.all(
    rows.map(async (row) => (await row.locator("th, td").allTextContents()).map(trimmed)),
  );
}

/** The texts of a panel's column headings. */
export async function headingsOf(part: Locator): Promise<string[]> {
  return (await part.locator("thead th").allTextContents()).map(trimmed);
}

const trimmed = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
