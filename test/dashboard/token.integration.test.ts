import { expect } from "chai";
import { DashboardUnderTest, loaded } from "./open-dashboard.ts";

const TOKEN = "a-token-for-the-harbour";

describe("the dashboard of an api with tokens", function () {
  // A browser on a busy machine.
  this.timeout(60_000);
  const dashboard = new DashboardUnderTest({ tokens: [TOKEN] });

  it("asks for a token, says when it is wrong, and keeps a right one for the tab alone", async () => {
    const page = await dashboard.open("?view=tags");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).to.equal("Token needed");
    await page.getByLabel("API token").fill("not-the-one-at-all");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("The api does not know this token.").waitFor();
    await page.getByLabel("API token").fill(TOKEN);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { level: 1, name: "Tags" }).waitFor();
    await loaded(page);
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Tags" }).waitFor();

    expect(await page.evaluate("JSON.stringify(localStorage) + document.cookie")).to.not.include(
      TOKEN,
    );
    const tab = await page.context().newPage();
    await tab.goto(dashboard.origin);
    await tab.getByRole("heading", { level: 1, name: "Token needed" }).waitFor();
    expect(dashboard.requests.filter((url) => url.includes(TOKEN))).to.deep.equal([]);
  });

  it("asks again when the token is taken back", async () => {
    const page = await dashboard.open("?view=tags", {
      prepare: async (prepared) => {
        await prepared.addInitScript(`sessionStorage.setItem("tallyman-token", "${TOKEN}")`);
      },
    });
    await page.evaluate("sessionStorage.setItem('tallyman-token', 'taken-back-token')");
    await page.getByRole("link", { name: "Events", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Token needed" }).waitFor();
  });
});
