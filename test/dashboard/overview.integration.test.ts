import { expect } from "chai";
import type { Page } from "playwright-core";
import { DashboardUnderTest, headingsOf, loaded, panel, rowsOf, visit } from "./open-dashboard.ts";

/** All sample traffic; the window of `?period=90d` on the current day of the test. */
const IN_WINDOW = "occurred_at >= '2025-11-07' and occurred_at < '2026-02-05'";

describe("the dashboard's overview", function () {
  // A browser on a busy machine.
  this.timeout(60_000);
  const dashboard = new DashboardUnderTest();
  let page: Page;

  before(async () => {
    page = await dashboard.open("?period=90d&by=day");
  });

  it("asks no question twice while it fills", () => {
    const asked = dashboard.requests.filter((url) => /\/api\/v1\/(?!events|pipeline)/.test(url));
    expect(asked.length).to.be.greaterThan(7);
    expect(asked).to.deep.equal([...new Set(asked)]);
  });

  const tile = async (title: string): Promise<string> =>
    (await page.locator(".tile", { hasText: title }).locator(".tile-value").textContent()) ?? "";

  it("shows the figures of the period as SQL counts them", async () => {
    const count = (condition: string) =>
      dashboard.figure(`select count(*) from tracking_events where ${IN_WINDOW} and ${condition}`);
    const users = (condition: string) =>
      dashboard.figure(
        `select count(distinct user_id) from tracking_events where ${IN_WINDOW} and ${condition}`,
      );
    expect(await tile("Events")).to.equal(await count("true"));
    expect(await tile("Pulls")).to.equal(await count("action in ('pull_tag', 'pull_manifest')"));
    expect(await tile("Repositories created")).to.equal(await count("created_repository"));
    expect(await tile("People who pulled")).to.equal(
      await users("action in ('pull_tag', 'pull_manifest')"),
    );
    expect(await tile("People who wrote")).to.equal(
      await users(
        "action in ('push_tag', 'delete_tag', 'push_repository', 'create_repository', 'delete_repository')",
      ),
    );
    expect(await tile("Rejected")).to.equal(
      await dashboard.figure("select count(*) from rejected_events"),
    );
    const bytes = await dashboard.figure(
      `select sum(size_bytes) from tracking_events where ${IN_WINDOW} and operation = 'pull'`,
    );
    // Below 10 kB one decimal is shown.
    expect(await tile("Bytes pulled")).to.equal(`${(Number(bytes) / 1_000).toFixed(1)} kB`);
  });

  it("shows the activity by action in its chart and in its table as SQL counts it", async () => {
    const activity = panel(page, "Activity");
    const counted = await dashboard.sql(`
      select to_char(occurred_at at time zone 'UTC', 'FMMon FMDD, YYYY'), action, count(*)
      from tracking_events where ${IN_WINDOW} group by 1, 2 order by 1, 2`);
    const [, ...actions] = await headingsOf(activity);
    const table = (await rowsOf(activity)).flatMap(([day = "", ...counts]) =>
      counts.flatMap((text, index) => (text === "0" ? [] : [[day, actions[index] ?? "", text]])),
    );
    expect(table).to.have.deep.members(counted);

    const drawn = await page.evaluate<{ label: string; data: number[] }[]>(
      "Chart.getChart(document.querySelector('[aria-label=Activity] canvas')).data.datasets.map(({ label, data }) => ({ label, data }))",
    );
    const inChart = drawn.map(({ label, data }) => [label, String(data.reduce((a, b) => a + b))]);
    expect(inChart).to.have.deep.members(
      await dashboard.sql(
        `select action, count(*) from tracking_events where ${IN_WINDOW} group by 1`,
      ),
    );
  });

  it("shows distinct users per day, week and month as SQL counts them", async () => {
    const users = panel(page, "Distinct users");
    for (const [unit, format] of [
      ["Day", "'FMMon FMDD, YYYY'"],
      ["Month", "'FMMon YYYY'"],
    ] as const) {
      await users.getByLabel("What the users did").selectOption("any_write");
      await users.getByText(unit, { exact: true }).click();
      await loaded(page);
      const shown = (await rowsOf(users)).filter(([, count]) => count !== "0");
      expect(shown, unit).to.have.deep.members(
        await dashboard.sql(`
          select to_char(occurred_at at time zone 'UTC', ${format}), count(distinct user_id)
          from tracking_events
          where user_id is not null and action in
            ('push_tag', 'delete_tag', 'push_repository', 'create_repository', 'delete_repository')
          group by 1`),
      );
    }
    await users.getByText("Week", { exact: true }).click();
    await loaded(page);
    const weeks = (await rowsOf(users)).map(([, count]) => count).filter((count) => count !== "0");
    expect(weeks.toReversed()).to.deep.equal(
      (
        await dashboard.sql(`
          select count(distinct user_id) from tracking_events
          where user_id is not null and action in
            ('push_tag', 'delete_tag', 'push_repository', 'create_repository', 'delete_repository')
          group by date_trunc('week', occurred_at at time zone 'UTC')
          order by date_trunc('week', occurred_at at time zone 'UTC')`)
      ).flat(),
    );
  });

  it("shows the top repositories of the period in the order of SQL", async () => {
    const top = panel(page, "Top repositories");
    const days = "occurred_at >= '2026-01-01' and occurred_at < '2026-01-07'";
    for (const [period, sort, window] of [
      ["from=2026-01-01&to=2026-01-07", "pulls", days],
      ["from=2026-01-01&to=2026-01-07", "pushes", days],
      ["period=90d", "pushes", IN_WINDOW],
      ["period=90d", "pulls", IN_WINDOW],
    ] as const) {
      await visit(page, `?${period}&by=day`);
      await top.getByText(`By ${sort}`).click();
      await loaded(page);
      const order = await dashboard.sql(`
        select registry || ' / ' || repository, pulls, pushes from (
          select registry, repository,
            count(*) filter (where operation = 'pull' and target_kind in ('tag', 'manifest')) as pulls,
            count(*) filter (where operation = 'push' and target_kind in ('tag', 'manifest')) as pushes
          from tracking_events where ${window} group by 1, 2
        ) counted where ${sort} > 0 order by ${sort} desc, registry, repository`);
      expect(order.length, sort).to.be.greaterThan(0);
      expect(await rowsOf(top), sort).to.deep.equal(order);
    }
  });

  it("shows the repositories that were created, and those that were deleted", async () => {
    const changed = panel(page, "New and deleted repositories");
    const rows = (column: string) =>
      dashboard.sql(`
        select registry || ' / ' || path, to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
        from container_repositories where ${column} is not null order by ${column} desc`);
    expect(await rowsOf(changed)).to.deep.equal(await rows("created_at"));
    await dashboard.figure(
      "update container_repositories set deleted_at = '2026-02-01T10:00:00Z' where path = '100%/odd_name' returning path",
    );
    await changed.getByText("Deleted", { exact: true }).click();
    await loaded(page);
    expect(await rowsOf(changed)).to.deep.equal(await rows("deleted_at"));
  });

  it("shows the tags that nobody uses", async () => {
    const cleanup = panel(page, "Tags ready for cleanup");
    const unused = (condition: string) =>
      dashboard.sql(`
        select registry || ' / ' || repository || ':' || tag from tag_stats
        where deleted_at is null and ${condition}`);
    const shown = async () => (await rowsOf(cleanup)).map(([tag]) => [tag]);
    expect(await shown()).to.have.deep.members(
      await unused(
        "coalesce(last_pulled_at < '2026-01-05', true) and coalesce(last_pushed_at < '2026-01-05', true)",
      ),
    );
    await cleanup.getByLabel("Ready for cleanup when").selectOption("never");
    await loaded(page);
    expect(await shown()).to.have.deep.members(await unused("last_pulled_at is null"));
  });

  it("shows the ledger of each day and that it balances", async () => {
    const ledger = panel(page, "Ledger");
    expect(await rowsOf(ledger)).to.deep.equal(
      await dashboard.sql(`
        select to_char(day, 'FMMon FMDD, YYYY'), sum(received), sum(tracked), sum(duplicates),
          sum(rejected), 'balanced'
        from ledger group by day order by day desc`),
    );
    expect(await ledger.locator(".verdict").textContent()).to.match(/^Balanced/);
  });

  it("shows what was rejected by reason, and how far the numbers are behind", async () => {
    const rejected = await rowsOf(panel(page, "Rejected, by reason"));
    expect(rejected.map(([reason, events]) => [reason, events])).to.deep.equal(
      await dashboard.sql(
        "select reason || ' ' || registry, count(*) from rejected_events group by reason, registry order by 1",
      ),
    );
    expect(await panel(page, "Lag").textContent()).to.include("no worker has told of it yet");
  });

  it("shows the latest events in its feed", async () => {
    const feed = page.getByRole("region", { name: "Live feed" }).locator("li");
    const latest = await dashboard.sql(
      "select action from tracking_events order by occurred_at desc, registry desc, event_id desc limit 11",
    );
    expect(await feed.locator(".action").allTextContents()).to.deep.equal(latest.flat());
  });
});
