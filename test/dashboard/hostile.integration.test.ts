import { createPool, PostgresTrackingStore } from "@tallyman/database";
import { readNotification } from "@tallyman/events";
import { expect } from "chai";
import { DashboardUnderTest, loaded, panel, rowsOf, visit } from "./open-dashboard.ts";

const MARKUP = `"><img src=x onerror=window.broken=1><script>window.broken=1</script>`;
const REPOSITORY = `evil/${MARKUP}&view=tags#a b/../..%2F`;
const TAG = `<svg onload=window.broken=1>`;
const ACTOR = `javascript:window.broken=1//${MARKUP}`;
const AGENT = `'"><iframe srcdoc="<script>parent.broken=1</script>">`;

/** Names that would do harm where text becomes markup, a URL or a selector. */
async function recordHostileTraffic(databaseUrl: string): Promise<void> {
  const pool = createPool({
    url: databaseUrl,
    max: 1,
    applicationName: "tallyman-test",
    onError: (error) => {
      throw error;
    },
  });
  const store = new PostgresTrackingStore(pool, "open");
  const event = (action: string, second: number) => ({
    id: `${MARKUP}${action}`,
    timestamp: `2026-02-03T10:00:0${second}Z`,
    action,
    target: {
      repository: REPOSITORY,
      tag: TAG,
      mediaType: `application/vnd.oci.image.manifest.v1+json${MARKUP}`,
      digest: `sha256:${MARKUP}`,
    },
    request: { method: "GET", useragent: AGENT },
    actor: { name: ACTOR },
  });
  const refused = { id: MARKUP, action: MARKUP, target: { repository: REPOSITORY } };
  await store.record(
    readNotification({
      registry: "dock",
      receivedAt: "2026-02-03T10:00:05.000Z",
      body: JSON.stringify({ events: [event("push", 1), event("pull", 2), refused] }),
    }),
  );
  await store.close();
}

describe("the dashboard of a registry with hostile names", function () {
  // A browser on a busy machine.
  this.timeout(60_000);
  const dashboard = new DashboardUnderTest({ fill: recordHostileTraffic });

  it("shows them as text in every view and runs none of them", async () => {
    const page = await dashboard.open("");
    for (const query of [
      "?view=events",
      "?view=tags",
      "?view=actors",
      "?view=repositories",
      `?view=events&tag=${encodeURIComponent(MARKUP)}&by=${encodeURIComponent(MARKUP)}`,
      "?view=rejected",
    ]) {
      await visit(page, query);
      expect(await page.getByText("onerror").count(), query).to.be.greaterThan(0);
      const made = page.locator("main :is(img, iframe, script, svg), a[href^=javascript]");
      expect(await made.count(), query).to.equal(0);
    }
    await page.locator(".payload summary").click();
    await page.locator(".payload pre", { hasText: "onerror" }).waitFor();
    expect(await page.evaluate("window.broken")).to.equal(undefined);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it("leads from such a repository and person to their pages", async () => {
    const page = await dashboard.open("");
    await panel(page, "Top repositories").getByText(REPOSITORY).click();
    await page.getByRole("heading", { level: 1, name: REPOSITORY }).waitFor();
    await loaded(page);
    expect((await rowsOf(page.locator(".panel.list"))).length).to.equal(2);
    await panel(page, "People").getByText(ACTOR).click();
    await page.getByRole("heading", { level: 1, name: ACTOR }).waitFor();
    await loaded(page);
    expect((await rowsOf(page.locator(".panel.list"))).length).to.equal(2);
    expect(await page.evaluate("window.broken")).to.equal(undefined);
    expect(await page.locator(".failure").count()).to.equal(0);
  });

  it("asks nobody but its own api for anything", async () => {
    const origins = new Set(dashboard.requests.map((url) => new URL(url).origin));
    expect([...origins]).to.deep.equal([dashboard.origin]);
  });
});
