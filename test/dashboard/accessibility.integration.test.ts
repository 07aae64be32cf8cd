import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "chai";
import { DashboardUnderTest, loaded, visit } from "./open-dashboard.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const VIEWS = [
  ["the overview", "?period=90d&by=month&users_by=month"],
  ["the events", "?view=events&period=90d&repository=team%2Fweb&action=pull_tag"],
  ["the repositories", "?view=repositories"],
  ["a repository", "?view=repository&at=dock&repository=team%2Fweb&period=90d"],
  ["the tags", "?view=tags"],
  ["the people", "?view=actors"],
  ["a person", "?view=actor&at=dock&actor=ann&period=90d"],
  ["the rejected events", "?view=rejected&period=90d"],
] as const;

/** What axe finds that would keep somebody from using the page. */
const seriousFaults = (options: string): string => `
  axe.run(${options}).then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`;

describe("the dashboard for everybody", function () {
  // A browser on a busy machine.
  this.timeout(60_000);
  const dashboard = new DashboardUnderTest();

  it("has no serious fault of accessibility in any view, neither light nor dark", async () => {
    const page = await dashboard.open("", { bypassCSP: true });
    await page.evaluate(AXE);
    for (const [name, query] of VIEWS) {
      await page.emulateMedia({ colorScheme: "light" });
      await visit(page, query);
      expect(await page.evaluate(seriousFaults("{}")), name).to.deep.equal([]);
      await page.emulateMedia({ colorScheme: "dark" });
      // Nothing but the colours is another.
      const colours = seriousFaults('{ runOnly: ["color-contrast", "link-in-text-block"] }');
      expect(await page.evaluate(colours), `${name}, dark`).to.deep.equal([]);
    }
  });

  it("needs no sideways scrolling on a phone", async () => {
    const page = await dashboard.open("", { viewport: { width: 375, height: 800 } });
    for (const [name, query] of VIEWS) {
      await visit(page, query);
      const tooWide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(tooWide, name).to.equal(0);
    }
  });

  it("leads the keyboard past the navigation and to the heading of each new view", async () => {
    const page = await dashboard.open("?period=90d");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).to.equal(
      "Skip to the content",
    );
    await page.getByRole("link", { name: "Events", exact: true }).focus();
    await page.keyboard.press("Enter");
    await loaded(page);
    expect(await page.evaluate("document.activeElement.textContent")).to.equal("Events");
  });

  it("follows the system's colours until somebody chooses others, and then keeps them", async () => {
    const page = await dashboard.open("", { colorScheme: "dark" });
    const background = () =>
      page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    const dark = await background();
    await page.getByRole("button", { name: "Switch to the light theme" }).click();
    const light = await background();
    expect(light).to.not.equal(dark);
    await page.reload();
    await loaded(page);
    expect(await background()).to.equal(light);
    await page.getByRole("button", { name: "Switch to the dark theme" }).click();
    expect(await background()).to.equal(dark);
    expect(await page.evaluate("localStorage.length")).to.equal(0);
  });

  it("shows numbers and days as the reader writes them", async () => {
    const page = await dashboard.open("?period=90d", { locale: "de-DE" });
    expect(await page.locator(".window").textContent()).to.match(
      /^7\. Nov\. 2025 – 4\. Feb\. 2026 UTC$/,
    );
  });
});
