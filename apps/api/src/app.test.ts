import { expect } from "chai";
import { ROUTES } from "./routes.ts";
import { serveApi, type ServedApi } from "./test-support/serve-api.ts";

const TOKENS = ["first-token-0123", "second-token-4567"];

/** Nobody listens on this port. */
const NO_DATABASE = "postgres://postgres@127.0.0.1:1/none";

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe("the api's answers about itself", () => {
  let api: ServedApi;
  before(async () => {
    api = await serveApi({ databaseUrl: NO_DATABASE, today: "2026-02-04", tokens: TOKENS });
  });
  after(() => api.close());

  it("lists what can be asked, with links to follow", async () => {
    const { status, body } = await api.get("/");
    const endpoints = body["endpoints"] as { url: string; parameters: Record<string, string> }[];
    expect(status).to.equal(200);
    expect(endpoints.map(({ url }) => url.replace(api.origin, ""))).to.deep.equal(
      ROUTES.map(({ example }) => example),
    );
    for (const { parameters } of endpoints) {
      for (const description of Object.values(parameters)) expect(description).to.not.equal("");
    }
  });

  for (const [what, init] of [
    ["no token", {}],
    ["an unknown token", bearer("first-token-0124")],
    ["the beginning of a token", bearer("first-token-012")],
    ["a token without its scheme", { headers: { authorization: TOKENS[0] ?? "" } }],
    ["two tokens at once", bearer(TOKENS.join(","))],
  ] as const) {
    it(`refuses ${what} with 401 and says how to ask`, async () => {
      const { status, headers, body } = await api.get("/api/v1/registries", init);
      expect(status).to.equal(401);
      expect(headers.get("www-authenticate")).to.equal('Bearer realm="tallyman"');
      expect(headers.get("content-type")).to.equal("application/problem+json");
      expect(body["title"]).to.equal("Unauthorized");
    });
  }

  it("takes each of its tokens", async () => {
    for (const token of TOKENS) {
      const { status } = await api.get("/api/v1/ledger?from=x", bearer(token));
      expect(status).to.equal(400);
    }
  });

  it("names every parameter at fault in one 400", async () => {
    const path = "/api/v1/distinct-users?metric=love&from=soon&until=2026-01-01";
    const { status, headers, body } = await api.get(path, bearer(TOKENS[0] ?? ""));
    const errors = body["errors"] as { parameter: string; detail: string }[];
    expect(status).to.equal(400);
    expect(headers.get("content-type")).to.equal("application/problem+json");
    expect(errors.map(({ parameter }) => parameter)).to.have.members(["metric", "from", "until"]);
    expect(body["detail"]).to.include("metric: must be one of push_tag, ");
  });

  it("answers 404 and 405 with a problem that says what to do", async () => {
    const missing = await api.get("/api/v1/nothing", bearer(TOKENS[0] ?? ""));
    expect(missing.status).to.equal(404);
    expect(missing.body["detail"]).to.match(/^GET \/api\/v1 lists what can be asked\./);
    const written = await api.get("/api/v1/ledger", {
      ...bearer(TOKENS[0] ?? ""),
      method: "DELETE",
    });
    expect(written.status).to.equal(405);
    expect(written.headers.get("allow")).to.equal("GET, HEAD");
  });

  it("answers 503 while the database is away and tells its log", async () => {
    const { status, headers, body } = await api.get("/api/v1/ledger", bearer(TOKENS[0] ?? ""));
    expect(status).to.equal(503);
    expect(headers.get("retry-after")).to.equal("5");
    expect(body["detail"]).to.equal("The database does not answer. Ask again later.");
    expect(api.errors).to.have.length(1);
  });
});
