import { expect } from "chai";
import type { Page } from "playwright-core";
import { ROUTES } from "../../apps/api/src/routes.ts";
import { serveApi, type ServedApi } from "../../apps/api/src/test-support/serve-api.ts";
import { closeTestBrowser, testBrowser } from "../support/chromium.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

after("close the browser", closeTestBrowser);

describe("the api's page in a browser", function () {
  // A browser on a busy machine.
  this.timeout(60_000);

  let database: TestDatabase;
  let api: ServedApi;
  let page: Page;
  const requests: string[] = [];
  const complaints: string[] = [];

  before(async () => {
    database = await createTestDatabase();
    api = await serveApi({ databaseUrl: database.url, today: "2026-02-04" });
    const browser = await testBrowser();
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } });
    page = await context.newPage();
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`${api.origin}/api/docs`);
    await page.locator(".opblock").first().waitFor();
  });
  after(async () => {
    await page?.context().close();
    await api?.close();
    await database?.drop();
  });

  it("shows every question of the api", async () => {
    const shown = await page.locator(".opblock-summary-path").allTextContents();
    // It offers the browser a place to break each path, which nobody sees.
    const paths = shown.map((path) => path.replaceAll(/[\s\u200B]/g, ""));
    expect(paths).to.have.members(ROUTES.map(({ path }) => path));
  });

  it("asks a question and shows the answer", async () => {
    const question = page.locator(".opblock", { hasText: "/api/v1/registries" });
    await question.locator(".opblock-summary-control").click();
    await question.getByRole("button", { name: "Execute" }).click();
    const answer = question.locator(".live-responses-table .response");
    await answer.waitFor();
    expect(await answer.locator(".response-col_status").textContent()).to.include("200");
    expect(await answer.locator(".response-col_description").textContent()).to.match(
      /"registries":\s*\[\]/,
    );
  });

  it("asks nobody else for anything, and does nothing that its policy forbids", () => {
    expect(requests.length).to.be.greaterThan(4);
    const elsewhere = requests.filter(
      (url) => !url.startsWith(`${api.origin}/`) && !url.startsWith("data:"),
    );
    expect(elsewhere).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });
});
