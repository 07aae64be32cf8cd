import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ROUTES } from "../../apps/api/src/routes.ts";
import { SampleApi } from "../../apps/api/src/test-support/sample-api.ts";

const textOf = (name: string) =>
  readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

/** The curl lines of a page as requests. Each has at most one header, in quotes, and then its URL. */
function requestsOf(
  page: string,
): { line: string; url: string; headers: Record<string, string> }[] {
  const lines = textOf(page)
    .split("\n")
    .filter((line) => line.startsWith("curl "));
  return lines.map((line) => {
    const [, , name, value, url] =
      /^curl (-H ["']([A-Za-z-]+): ([^"']+)["'] )?'?(http[^'\s]+)'?$/.exec(line) ?? [];
    expect(url, line).to.be.a("string");
    const headers = name === undefined || value === undefined ? {} : { [name]: value };
    return { line, url: url ?? "", headers };
  });
}

for (const page of ["api.md", "gitlab.md"]) {
  describe(`docs/${page}`, () => {
    const api = new SampleApi();

    before("let a worker tell what waits", () =>
      api.execute(`
        insert into tallyman.queue_state (waiting, active, delayed, failed, oldest_waiting_since, told_at)
        values (0, 0, 0, 0, null, now())`),
    );

    for (const { line, url, headers } of requestsOf(page)) {
      it(`shows a call that is answered: ${line}`, async () => {
        const path = url.replace("http://127.0.0.1:8081/", "");
        const { status, text, headers: answered } = await api.ask(`../../${path}`, { headers });
        expect(status, text).to.equal(200);
        const wanted = headers["Accept"];
        if (wanted !== undefined) expect(answered.get("content-type")).to.include(wanted);
        // A list or figures that the samples have something for.
        expect(text.length).to.be.greaterThan(60);
      });
    }
  });
}

describe("docs/api.md", () => {
  it("lists every question once, in the api's own order", () => {
    const listed = Array.from(
      textOf("api.md").matchAll(/^\| `(\/api\/[^`]*)`/gm),
      ([, path]) => path,
    );
    const paths = ROUTES.map(({ path }) => path).filter((path) => !/\.(yml|json)$/.test(path));
    expect(listed).to.deep.equal(paths);
  });
});
