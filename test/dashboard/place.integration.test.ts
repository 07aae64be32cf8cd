import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { DashboardUnderTest, loaded, panel, rowsOf } from "./open-dashboard.ts";

describe("a place in the dashboard", function () {
  // A browser on a busy machine.
  this.timeout(60_000);
  const dashboard = new DashboardUnderTest();

  it("is wholly in its URL: whoever opens it sees the same", async () => {
    const page = await dashboard.open("");
    await page.getByLabel("Registry", { exact: true }).selectOption("dock");
    await page.getByRole("button", { name: "90 days" }).click();
    await panel(page, "Distinct users").getByLabel("What the users did").selectOption("push_tag");
    await panel(page, "Distinct users").getByText("Week", { exact: true }).click();
    await panel(page, "Top repositories").getByText("By pushes").click();
    await loaded(page);
    const url = new URL(page.url());
    const other = await dashboard.open(url.search);
    for (const title of ["Activity", "Distinct users", "Top repositories", "Ledger"]) {
      expect(await rowsOf(panel(other, title)), title).to.deep.equal(
        await rowsOf(panel(page, title)),
      );
    }
    expect(await other.getByLabel("Registry", { exact: true }).inputValue()).to.equal("dock");
    const pressed = other.getByRole("button", { name: "90 days" });
    expect(await pressed.getAttribute("aria-pressed")).to.equal("true");
  });

  it("is left and found again with the back button", async () => {
    const page = await dashboard.open("?period=90d");
    await page.getByRole("link", { name: "Tags", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Tags" }).waitFor();
    await loaded(page);
    await page.getByLabel("Use").selectOption("never");
    await loaded(page);
    const narrowed = await rowsOf(page.locator(".panel.list"));
    await page.goBack();
    await loaded(page);
    expect((await rowsOf(page.locator(".panel.list"))).length).to.be.greaterThan(narrowed.length);
    expect(await page.getByLabel("Use").inputValue()).to.equal("");
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(page.url()).to.match(/\?period=90d$/);
  });

  it("takes a period of one's own, both days included", async () => {
    const page = await dashboard.open("");
    await page.getByText("Custom", { exact: true }).click();
    await page.getByLabel("First day (UTC)").fill("2026-01-05");
    await page.getByLabel("Last day (UTC)").fill("2026-01-06");
    await page.getByRole("button", { name: "Show" }).click();
    await loaded(page);
    const expected = await dashboard.figure(
      "select count(*) from tracking_events where occurred_at >= '2026-01-05' and occurred_at < '2026-01-07'",
    );
    expect(await page.locator(".tile-value").first().textContent()).to.equal(expected);
    expect(await page.locator(".window").textContent()).to.equal("Jan 5 – 6, 2026 UTC");
  });

  it("shows the usual period where the URL says something impossible", async () => {
    const page = await dashboard.open("?from=2026-13-01&to=soon&period=9y&view=nowhere&by=hour");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).to.equal("Overview");
    const pressed = page.getByRole("button", { name: "28 days" });
    expect(await pressed.getAttribute("aria-pressed")).to.equal("true");
    expect(await page.locator(".failure").count()).to.equal(0);
  });

  it("can be narrowed by what stands in it, and widened by its filters", async () => {
    const page = await dashboard.open("?view=events&period=90d");
    const list = page.locator(".panel.list");
    const all = await rowsOf(list);
    await page.getByLabel("Tag", { exact: true }).fill("v1");
    await page.getByLabel("Tag", { exact: true }).press("Enter");
    await page.getByRole("list", { name: "Filters" }).waitFor();
    await loaded(page);
    expect(String((await rowsOf(list)).length)).to.equal(
      await dashboard.figure("select count(*) from tracking_events where tag = 'v1'"),
    );
    await page.getByRole("link", { name: /^tag v1: remove/ }).click();
    await loaded(page);
    expect(await rowsOf(list)).to.deep.equal(all);
  });

  it("gives its whole list as CSV", async () => {
    const page = await dashboard.open("?view=events&period=90d&registry=dock");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).to.equal("tallyman-events.csv");
    const [heading = "", ...lines] = (await readFile(await download.path(), "utf8"))
      .trim()
      .split("\r\n");
    expect(heading.split(",")).to.include.members(["registry", "action", "repository"]);
    expect(String(lines.length)).to.equal(
      await dashboard.figure("select count(*) from tracking_events where registry = 'dock'"),
    );
  });
});
