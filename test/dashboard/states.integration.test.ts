import { expect } from "chai";
import { recordSampleTraffic } from "../../apps/api/src/test-support/sample-traffic.ts";
import { DashboardUnderTest, loaded, panel, rowsOf } from "./open-dashboard.ts";

describe("the dashboard of a fresh install", function () {
  // A browser on a busy machine.
  this.timeout(60_000);

  let databaseUrl = "";
  const dashboard = new DashboardUnderTest({
    fill: async (url) => {
      databaseUrl = url;
      await Promise.resolve();
    },
  });

  it("says how to send the first event, and fills by itself when it has come", async () => {
    const page = await dashboard.open("");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).to.equal("Welcome");
    expect(await page.getByLabel("curl command").textContent()).to.match(/^curl .*\/notifications/);
    await recordSampleTraffic(databaseUrl);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await loaded(page);
    expect((await rowsOf(panel(page, "Ledger"))).length).to.be.greaterThan(0);
  });
});

describe("the dashboard of an api in trouble", function () {
  // A browser on a busy machine.
  this.timeout(60_000);

  const dashboard = new DashboardUnderTest();

  it("says so in the panel that has no answer, and shows it when there is one", async () => {
    const page = await dashboard.open("", {
      prepare: async (prepared) => {
        await prepared.route("**/api/v1/ledger*", (route) => route.abort());
      },
    });
    const ledger = panel(page, "Ledger");
    expect(await ledger.getByRole("alert").textContent()).to.include("The api does not answer");
    expect((await rowsOf(panel(page, "Top repositories"))).length).to.be.greaterThan(0);
    await page.unroute("**/api/v1/ledger*");
    await ledger.getByRole("button", { name: "Try again" }).click();
    await ledger.locator(".verdict").waitFor();
  });
});
