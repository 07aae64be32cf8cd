import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "chai";
import { DashboardUnderTest, loaded } from "./open-dashboard.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const VIEWS = [
  ["the overview", "?period=90d"],
  ["the events", "?view=events&period=90d&repository=team%2Fweb&action=pull_tag"],
  ["the repositories", "?view=repositories"],
  ["a repository", "?view=repository&at=dock&repository=team%2Fweb&period=90d"],
  ["the tags", "?view=tags"],
  ["the people", "?view=actors"],
  ["a person", "?view=actor&at=dock&actor=ann&period=90d"],
  ["the rejected events", "?view=rejected&period=90d"],
] as const;

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly targets: readonly string[];
}

describe("the dashboard for everybody", () => {
  const dashboard = new DashboardUnderTest({});

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no serious fault of accessibility in ${colorScheme} colours`, async () => {
      const page = await dashboard.open("", { colorScheme, bypassCSP: true });
      for (const [name, query] of VIEWS) {
        await dashboard.go(page, query);
        await page.evaluate(AXE);
        const violations = await page.evaluate<Violation[]>(
          `axe.run().then(({ violations }) => violations
            .filter(({ impact }) => impact === "serious" || impact === "critical")
            .map(({ id, impact, nodes }) => ({ id, impact, targets: nodes.map(({ html }) => html) })))`,
        );
        expect(violations, name).to.deep.equal([]);
      }
    });
  }

  it("needs no sideways scrolling on a phone", async () => {
    const page = await dashboard.open("", { viewport: { width: 375, height: 800 } });
    for (const [name, query] of VIEWS) {
      await dashboard.go(page, query);
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
