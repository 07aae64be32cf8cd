/**
 * `npm run docs:screenshots`: writes the pictures of docs/dashboard.md. A Postgres of its own is filled with believable
 * traffic, which the real store counts, and the page is shown by the machine's Chromium. The same code gives the same
 * pictures: chance is seeded and the clock stands still.
 */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { createPool, migrate, PostgresTrackingStore } from "@tallyman/database";
import { readNotification } from "@tallyman/events";
import { closeServer, listen } from "@tallyman/runtime";
import type { Browser } from "playwright-core";
import { createApp } from "../apps/api/src/app.ts";
import { Database } from "../apps/api/src/database.ts";
import { launchChromium } from "../test/support/chromium.ts";
import { eventually } from "../test/support/eventually.ts";
import { startPostgresCluster } from "../test/support/postgres-cluster.ts";
import { requireTools } from "./local/tool.ts";
import { believableTraffic } from "./screenshots/believable-traffic.ts";
import { believableQueue } from "./screenshots/believable-queue.ts";

const IMAGES = fileURLToPath(new URL("../docs/images/", import.meta.url));

const NOW = new Date("2026-03-20T15:42:10Z");

interface Shot {
  readonly name: string;
  readonly query: string;
  readonly colorScheme: "light" | "dark";
  readonly width: number;
  readonly height: number;
}

const DESKTOP = { width: 1_360, height: 1_500 };

const SHOTS: readonly Shot[] = [
  { name: "dashboard-light", query: "", colorScheme: "light", ...DESKTOP },
  { name: "dashboard-dark", query: "", colorScheme: "dark", ...DESKTOP },
  { name: "dashboard-phone", query: "", colorScheme: "light", width: 375, height: 1_400 },
  {
    name: "dashboard-repository",
    query: "?view=repository&at=harbor&repository=shop%2Fweb",
    colorScheme: "light",
    width: 1_360,
    height: 1_100,
  },
];

async function fill(url: string): Promise<void> {
  const onError = (error: Error) => {
    throw error;
  };
  const pool = createPool({ url, max: 2, applicationName: "tallyman-screenshots", onError });
  const store = new PostgresTrackingStore(pool, "open");
  for (const notification of believableTraffic(NOW)) {
    await store.record(readNotification(notification));
  }
  await believableQueue(pool, NOW);
  await store.close();
}

async function take(browser: Browser, origin: string, shot: Shot): Promise<void> {
  const { width, height, colorScheme } = shot;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    locale: "en-GB",
    deviceScaleFactor: 1,
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  await page.goto(`${origin}/${shot.query}`);
  await eventually("the page has loaded", () =>
    page.evaluate<boolean>(
      "document.querySelector('.chart canvas') !== null && !document.querySelector('.skeleton, [aria-busy]')",
    ),
  );
  await page.screenshot({ path: `${IMAGES}${shot.name}.png`, animations: "disabled" });
  await context.close();
}

const { chromium } = await requireTools(["chromium"], (line) => process.stderr.write(`${line}\n`));
const postgres = await startPostgresCluster();
try {
  await migrate(postgres.url);
  await fill(postgres.url);
  // A connection that Postgres ends when all is done is no trouble.
  let isDone = false;
  const onError = (error: unknown) => {
    if (!isDone) process.stderr.write(`${String(error)}\n`);
  };
  const database = new Database({ url: postgres.url, onError });
  const today = () => NOW.toISOString().slice(0, 10);
  const server = createServer(createApp({ database, tokens: [], onError, today }));
  const origin = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
  const browser = await launchChromium(chromium);
  for (const shot of SHOTS) await take(browser, origin, shot);
  isDone = true;
  await browser.close();
  await closeServer(server);
  await database.close();
} finally {
  await postgres.stop();
}
