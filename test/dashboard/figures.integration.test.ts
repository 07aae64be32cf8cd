import { expect } from "chai";
import type { Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { DashboardUnderTest, loaded, panel, rowsOf, visit } from "./open-dashboard.ts";

/** How many rows, or how many different people where a figure counts these. */
function behind(search: string, rows: readonly (readonly string[])[]): number {
  if (!search.includes("users=true")) return rows.length;
  const people = rows.map(([, , repository = "", person = ""]) => {
    const [registry, rest] = repository.split(" / ");
    // With one registry chosen its name stands in front of no repository.
    return `${rest === undefined ? "" : registry} ${person.toLowerCase()}`;
  });
  return new Set(people).size;
}

/** The middle of the last bar of tag pushes that holds more than one. */
const BAR_OF_PUSHES = `(async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const canvas = document.querySelector("[aria-label=Activity] canvas");
  const chart = Chart.getChart(canvas);
  const set = chart.data.datasets.findIndex(({ label }) => label === "push_tag");
  const bar = chart.data.datasets[set].data.findLastIndex((value) => value > 1);
  const { x, y, base } = chart.getDatasetMeta(set).data[bar];
  const { left, top } = canvas.getBoundingClientRect();
  return { x: left + x, y: top + (y + base) / 2 };
})()`;

/** A place in the page once it stands still: a chart takes its final size some frames after its figures are there. */
async function settled(page: Page, place: string): Promise<{ x: number; y: number }> {
  let [x, y] = [Number.NaN, Number.NaN];
  await eventually("the chart stands still", async () => {
    const now = await page.evaluate<{ x: number; y: number }>(place);
    const stands = now.x === x && now.y === y;
    [x, y] = [now.x, now.y];
    return stands;
  });
  return { x, y };
}

describe("every figure of the dashboard", function () {
  // A browser on a busy machine.
  this.timeout(60_000);
  const dashboard = new DashboardUnderTest();

  let page: Page;
  before(async () => {
    page = await dashboard.open("?period=7d");
  });

  /** Links whose text is a number, by where they lead. */
  async function figuresOf(query: string): Promise<Map<string, string>> {
    await visit(page, query);
    const found = await page.evaluate<[string, string][]>(
      `[...document.querySelectorAll("main a:not(.name)")]
        .filter((a) => !a.search.includes("view=actor&"))
        .map((a) => [a.search, (a.querySelector(".tile-value") ?? a).textContent.trim()])
        .filter(([, text]) => /^\\d[\\d,]*$/.test(text))`,
    );
    return new Map(found);
  }

  for (const [name, query] of [
    ["the overview", "?period=90d&by=month&users_by=month"],
    ["the overview of one registry", "?period=90d&registry=quay&by=month&users_by=month"],
    ["a repository's page", "?view=repository&at=dock&repository=team%2Fweb&period=90d&by=month"],
    ["a person's page", "?view=actor&at=dock&actor=ann&period=90d&by=month"],
    ["the list of people", "?view=actors"],
    ["the list of tags", "?view=tags"],
    ["the list of repositories", "?view=repositories"],
  ] as const) {
    it(`on ${name} leads to the rows behind it`, async () => {
      const figures = await figuresOf(query);
      expect(figures.size).to.be.greaterThan(4);
      for (const [search, figure] of figures) {
        await visit(page, search);
        const rows = await rowsOf(page.locator(".panel.list"));
        expect(String(behind(search, rows)), `${figure} at ${search}`).to.equal(figure);
      }
    });
  }

  it("leads on by a click on a bar, and back again", async () => {
    await visit(page, "?period=90d&by=month");
    const place = await settled(page, BAR_OF_PUSHES);
    await page.mouse.click(place.x, place.y);
    await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
    expect(new URL(page.url()).searchParams.get("action")).to.equal("push_tag");
    await loaded(page);
    const expected = await dashboard.figure(
      "select count(*) from tracking_events where action = 'push_tag' and occurred_at >= '2026-01-01' and occurred_at < '2026-02-01'",
    );
    expect(String((await rowsOf(page.locator(".panel.list"))).length)).to.equal(expected);
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await loaded(page);
    expect(await panel(page, "Activity").locator("canvas").count()).to.equal(1);
  });

  it("shows a rejected event as it was received", async () => {
    await visit(page, "?view=rejected&period=90d");
    const list = page.locator(".panel.list");
    await list.locator("summary").click();
    const payload = await dashboard.figure("select payload from rejected_events");
    await eventually(
      "the event is there",
      async () => (await list.locator("pre").textContent()) === payload,
    );
  });
});
