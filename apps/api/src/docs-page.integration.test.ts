import { expect } from "chai";
import { serveApi, type ServedApi } from "./test-support/serve-api.ts";

describe("GET /api/docs", () => {
  let api: ServedApi;
  before(async () => {
    api = await serveApi({
      databaseUrl: "postgres://postgres@127.0.0.1:1/none",
      today: "2026-02-04",
      tokens: ["first-token-0123"],
    });
  });
  after(() => api.close());

  it("is a page whose every part comes from here, under a policy that allows no script within it", async () => {
    const { status, text, headers } = await api.get("/api/docs");
    expect(status).to.equal(200);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).to.include("default-src 'none'").and.include("script-src 'self';");
    const parts = Array.from(text.matchAll(/(?:src|href)="([^"]+)"/g), ([, url]) => url as string);
    expect(parts).to.have.length(4);
    expect(text.match(/<script(?! src)|<style| style=| on[a-z]+=/g)).to.equal(null);
    for (const part of parts) {
      const asset = await api.get(part);
      expect(asset.status, part).to.equal(200);
      expect(asset.text.length, part).to.be.greaterThan(100);
    }
  });

  it("asks for no token, nor does the document that it shows", async () => {
    const { status, body } = await api.get("/api/v1/openapi.json");
    expect(status).to.equal(200);
    expect(body["openapi"]).to.equal("3.1.0");
    expect((await api.get("/api/v1/ledger")).status).to.equal(401);
  });
});
