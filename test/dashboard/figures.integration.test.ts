import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { DashboardUnderTest, loaded, panel, rowsOf } from "./open-dashboard.ts";

/** How many rows, or how many different people where a figure counts these. */
function behind(href: string, rows: readonly (readonly string[])[]): number {
  if (!href.includes("users=true")) return rows.length;
  const people = rows.map(([, , repository = "", person = ""]) => {
    const [registry, rest] = repository.split(" / ");
    // With one registry chosen its name stands in front of no repository.
    return `${rest === undefined ? "" : registry} ${person.toLowerCase()}`;
  });
  return new Set(people).size;
}

describe("every figure of the dashboard", () => {
  const dashboard = new DashboardUnderTest({});

  /** Links whose text is a number, by where they lead. */
  async function figuresOf(query: string): Promise<Map<string, string>> {
    const page = await dashboard.open(query);
    const found = await page.evaluate<[string, string][]>(
      `[...document.querySelectorAll("main a:not(.name)")]
        .filter((a) => !a.search.includes("view=actor&"))
        .map((a) => [a.getAttribute("href"), (a.querySelector(".tile-value") ?? a).textContent.trim()])
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
      const page = await dashboard.open("?period=7d");
      for (const [href, figure] of figures) {
        // As a click on a link does, without loading all scripts anew.
        await page.evaluate(
          `history.pushState(null, "", ${JSON.stringify(href)}); dispatchEvent(new PopStateEvent("popstate"))`,
        );
        await loaded(page);
        const rows = await rowsOf(page.locator(".panel.list"));
        expect(String(behind(href, rows)), `${figure} at ${href}`).to.equal(figure);
      }
    });
  }

  it("leads on by a click on a bar, and back again", async () => {
    const page = await dashboard.open("?period=90d&by=month");
    const place = await page.evaluate<{ x: number; y: number }>(`(() => {
      const canvas = document.querySelector("[aria-label=Activity] canvas");
      const chart = Chart.getChart(canvas);
      const set = chart.data.datasets.findIndex(({ label }) => label === "push_tag");
      const bar = chart.data.datasets[set].data.findLastIndex((value) => value > 1);
      const { x, y, base } = chart.getDatasetMeta(set).data[bar];
      const { left, top } = canvas.getBoundingClientRect();
      return { x: left + x, y: top + (y + base) / 2 };
    })()`);
    await page.mouse.click(place.x, place.y);
    await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
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
    const page = await dashboard.open("?view=rejected&period=90d");
    const list = page.locator(".panel.list");
    await list.locator("summary").click();
    const payload = await dashboard.figure("select payload from rejected_events");
    await eventually(
      "the event is there",
      async () => (await list.locator("pre").textContent()) === payload,
    );
  });
});
