import { expect } from "chai";
import type { Page } from "playwright-core";
import { DashboardUnderTest } from "./open-dashboard.ts";

const PRELOAD = /<link rel="modulepreload" href="([^"]+)" \/>/g;

describe("the dashboard's modules", function () {
  // A browser on a busy machine.
  this.timeout(60_000);
  const dashboard = new DashboardUnderTest();

  /** Opens the page. @returns the paths of the modules that Chromium asked for */
  const modulesAskedFor = async (prepare?: (page: Page) => Promise<void>): Promise<string[]> => {
    const before = dashboard.requests.length;
    await dashboard.open("", prepare && { prepare });
    return dashboard.requests
      .slice(before)
      .map((url) => new URL(url).pathname)
      .filter((path) => path.startsWith("/assets/scripts/"))
      .toSorted();
  };

  it("are named in the page, all that its script needs and no other, and are asked for once", async () => {
    const response = await fetch(dashboard.origin, { headers: { accept: "text/html" } });
    const html = await response.text();
    const named = Array.from(html.matchAll(PRELOAD), ([, path]) => path);
    expect(named.length).to.be.greaterThan(40);
    // What a browser finds by itself, import by import.
    const found = await modulesAskedFor(async (page) => {
      const body = html.replaceAll(PRELOAD, "");
      await page.route(`${dashboard.origin}/`, (route) =>
        route.fulfill({ body, contentType: "text/html" }),
      );
    });
    expect(["/assets/scripts/main.js", ...named].toSorted()).to.deep.equal(found);
    expect(await modulesAskedFor()).to.deep.equal(found);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it("are loaded because the page names them, not one after the other", async () => {
    const initiators = new Set<string>();
    await dashboard.open("", {
      prepare: async (page) => {
        const session = await page.context().newCDPSession(page);
        await session.send("Network.enable");
        session.on("Network.requestWillBeSent", ({ request, initiator }) => {
          if (request.url.includes("/assets/scripts/"))
            initiators.add(`${initiator.type} of ${initiator.url}`);
        });
      },
    });
    expect([...initiators]).to.deep.equal([`parser of ${dashboard.origin}/`]);
  });
});
