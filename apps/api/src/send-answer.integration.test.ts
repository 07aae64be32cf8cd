import { expect } from "chai";
import { SampleApi } from "./test-support/sample-api.ts";

describe("answers as CSV", () => {
  const api = new SampleApi();

  it("have a header and the same rows as JSON, null as nothing", async () => {
    const [header, ...lines] = await api.csv("tags?registry=dock&repository=team/api&deleted=true");
    expect(header).to.match(/^registry,repository,tag,digest,pushes,pulls,first_pushed_at,/);
    expect(lines).to.have.length(2);
    expect(lines[1]).to.match(
      /^dock,team\/api,old,sha256:0+[1-9],1,0,2026-01-07T11:00:00\.000000Z,2026-01-07T11:00:00\.000000Z,,,2026-01-08T11:00:00\.000000Z$/,
    );
  });

  it("flatten what is nested", async () => {
    const [header, ...lines] = await api.csv("activity?from=2026-01-05&to=2026-01-06");
    expect(header).to.equal("period_start,action,events,bytes,repositories_created");
    expect(lines).to.include("2026-01-05,push_tag,1,500,0");
  });

  it("lead to the next page by a link that can be followed", async () => {
    const csv = { headers: { accept: "text/csv" } };
    const tags: string[] = [];
    let next: string | undefined = "tags?limit=2";
    while (next !== undefined) {
      const { text, headers } = await api.ask(next, csv);
      tags.push(...text.split("\r\n").slice(1, -1));
      next = /^<\/api\/v1\/(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
    }
    expect(tags).to.deep.equal((await api.csv("tags")).slice(1));
    expect(tags).to.have.length(6);
  });

  it("are compared by their own ETag, and caches keep both forms apart", async () => {
    const csv = { accept: "text/csv" };
    const first = await api.ask("ledger", { headers: csv });
    const json = await api.ask("ledger");
    for (const { headers } of [first, json]) expect(headers.get("vary")).to.equal("Accept");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).to.match(/^W\//);
    expect(etag).to.not.equal(json.headers.get("etag"));
    const again = await api.ask("ledger", {
      headers: { ...csv, "If-None-Match": etag, "Cache-Control": "max-age=0" },
    });
    expect(again.status).to.equal(304);
    expect(again.text).to.equal("");
  });

  it("are refused where there is no such form", async () => {
    const { status, body } = await api.ask("ledger", { headers: { accept: "image/png" } });
    expect(status).to.equal(406);
    expect(body["detail"]).to.equal("Send Accept: application/json or Accept: text/csv.");
  });

  it("need no body to be asked for by HEAD", async () => {
    const { status, text, headers } = await api.ask("ledger", { method: "HEAD" });
    expect([status, text]).to.deep.equal([200, ""]);
    expect(headers.get("etag")).to.equal((await api.ask("ledger")).headers.get("etag"));
  });
});
