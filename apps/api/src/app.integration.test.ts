import { expect } from "chai";
import { ROUTES } from "./routes.ts";
import { SampleApi, TODAY } from "./test-support/sample-api.ts";
import { serveApi } from "./test-support/serve-api.ts";

/** What each route can be asked with. */
const QUESTIONS = ROUTES.map(({ example }) =>
  example
    .replace("/api/v1/", "")
    .replace("{registry}", "dock")
    .replace("{repository}", "team%2Fweb")
    .replace("{actor}", "ann")
    .replace("{id}", "1")
    .replace("/api/v4/", "../v4/"),
);

describe("the api on a real database", () => {
  const api = new SampleApi();

  it("needs no more than the rights of a reader", async () => {
    const url = new URL(api.databaseUrl);
    url.searchParams.set("options", "-c role=tallyman_reader");
    const reader = await serveApi({ databaseUrl: url.href, today: TODAY });
    for (const question of QUESTIONS) {
      expect((await reader.get(`/api/v1/${question}`)).status, question).to.equal(200);
    }
    await reader.close();
  });

  it("does not send an answer again to an asker who has it", async () => {
    const first = await api.ask("registries");
    const etag = first.headers.get("etag") ?? "";
    const again = await api.ask("registries", {
      // fetch would otherwise ask for an answer that is not compared.
      headers: { "If-None-Match": etag, "Cache-Control": "max-age=0" },
    });
    expect(again.status).to.equal(304);
    expect(first.headers.get("cache-control")).to.equal("private, no-cache");
  });

  it("refuses unknown parameters of every question", async () => {
    for (const question of QUESTIONS) {
      const separator = question.includes("?") ? "&" : "?";
      const { status, body } = await api.ask(`${question}${separator}colour=red`);
      expect(status).to.equal(400);
      expect(body["detail"]).to.match(/^colour: is unknown; /);
    }
  });
});
