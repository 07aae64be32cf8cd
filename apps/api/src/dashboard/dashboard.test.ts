import { expect } from "chai";
import { serveApi, type ServedApi } from "../test-support/serve-api.ts";

/** Nobody listens on this port: the page itself needs no database. */
const NO_DATABASE = "postgres://postgres@127.0.0.1:1/none";

/** What browsers send for a page. */
const BROWSER = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

describe("the dashboard's files", () => {
  let api: ServedApi;
  before(async () => {
    const tokens = ["a-token-for-the-harbour"];
    api = await serveApi({ databaseUrl: NO_DATABASE, today: "2026-02-04", tokens });
  });
  after(() => api.close());

  const ask = (path: string, init?: RequestInit) => fetch(new URL(path, api.origin), init);

  it("are a page for browsers, with a policy that lets nothing in from elsewhere", async () => {
    const response = await ask("/", BROWSER);
    expect(response.status).to.equal(200);
    expect(response.headers.get("content-type")).to.match(/^text\/html/);
    expect(response.headers.get("vary")).to.equal("Accept");
    const policy = (response.headers.get("content-security-policy") ?? "").split("; ");
    expect(policy).to.include.members([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "require-trusted-types-for 'script'",
    ]);
    expect(await response.text()).to.not.match(/https?:\/\//);
  });

  it("leave / to the list of questions for programs", async () => {
    for (const accept of ["*/*", "application/json"]) {
      const response = await ask("/", { headers: { accept } });
      expect(response.headers.get("content-type"), accept).to.match(/^application\/json/);
      expect(response.headers.get("vary")).to.equal("Accept");
    }
  });

  it("are all there, also those that the page names", async () => {
    const page = await (await ask("/", BROWSER)).text();
    const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, path = ""]) => path,
    );
    expect(files).to.include("/assets/chart.js");
    for (const file of files) {
      const { status, headers } = await ask(file);
      expect(status, file).to.equal(200);
      expect(headers.get("content-type"), file).to.match(/^(text\/(css|javascript)|image\/svg)/);
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
      expect(headers.get("cache-control"), file).to.equal("private, no-cache");
      expect(headers.get("etag"), file).to.not.equal(null);
    }
  });

  it("are nothing else of this machine", async () => {
    for (const path of [
      "/assets/",
      "/assets/..%2findex.html",
      "/assets/%2e%2e%2f%2e%2e%2fpackage.json",
    ]) {
      expect((await ask(path)).status, path).to.equal(404);
    }
  });
});
