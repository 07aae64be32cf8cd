import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { pushImage } from "../../../../test/e2e/images.ts";
import { cliForTests } from "../../../../test/support/cli.ts";
import type { Ran } from "../../../../test/support/run-tallyman.ts";
import { countingForTests } from "../../../../test/support/counting.ts";
import { FakeHost, paged, send } from "../../../../test/support/fake-host.ts";
import { PILOT, startRegistry, type TestRegistry } from "../../../../test/support/registry.ts";

describe("tallyman import-repositories", () => {
  const counting = countingForTests();
  const cli = cliForTests(counting);
  let fake: FakeHost;
  let other: FakeHost;
  let directory: string;

  beforeEach(async () => {
    fake = await new FakeHost().start();
    other = await new FakeHost().start();
    directory = await mkdtemp(join(tmpdir(), "tallyman-catalog-"));
  });
  afterEach(async () => {
    fake.stop();
    other.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (args = "", environment: Record<string, string> = {}): Promise<Ran> =>
    cli.run(
      `import-repositories --registry alpha --url ${fake.url} --rate 1000 ${args}`,
      environment,
    );

  const imported = async (
    args = "",
    environment: Record<string, string> = {},
  ): Promise<unknown> => {
    const { code, out, err } = await run(`${args} --json`, environment);
    expect([code, err]).to.deep.equal([0, ""]);
    return JSON.parse(out);
  };

  const counts = { dryRun: false, listed: 0, withoutTags: 0, skipped: 0, imported: 0, known: 0 };

  const repositories = async (): Promise<unknown[]> =>
    (
      await counting.admin.query({
        text: `select path, origin from container_repositories where registry = 'alpha' order by path collate "C"`,
        rowMode: "array",
      })
    ).rows;

  it("notes what is not known yet, page by page, and changes nothing that is", async () => {
    fake.handle = paged(["a", "b/c", "d", "e", "f__g-h.i/J"], 2);
    await counting.admin.query(
      "insert into container_repositories values ('alpha', 'b/c', 'push', '2026-01-01', '2026-02-01'), ('beta', 'a', 'push', null, null)",
    );
    expect(await imported("--dry-run")).to.deep.equal({
      ...counts,
      dryRun: true,
      listed: 5,
      imported: 4,
      known: 1,
    });
    expect(await repositories()).to.deep.equal([["b/c", "push"]]);
    expect(await imported()).to.deep.equal({ ...counts, listed: 5, imported: 4, known: 1 });
    expect(await repositories()).to.deep.equal([
      ["a", "import"],
      ["b/c", "push"],
      ["d", "import"],
      ["e", "import"],
      ["f__g-h.i/J", "import"],
    ]);
    expect(await imported()).to.deep.equal({ ...counts, listed: 5, known: 5 });
    expect(
      await counting.one(
        "select deleted_at is not null as closed from container_repositories where path = 'b/c'",
      ),
    ).to.deep.equal({ closed: true });
  });

  it("goes on without a link after a full page, and ends with a registry that ignores what it is asked", async () => {
    const names = Array.from({ length: 500 }, (_, index) => `r${index}`);
    fake.handle = (_request, response) => send(response, { repositories: names });
    expect(await imported()).to.deep.equal({ ...counts, listed: 1_000, imported: 500, known: 500 });
  });

  it("leaves out names that no repository can have, and asks for none of them", async () => {
    const odd = ["../../etc", "a b", "a?x=1", "", 7, "a//b", "x".repeat(256), "é"];
    fake.handle = (request, response) =>
      send(
        response,
        request.url?.includes("/tags/") === true
          ? { tags: ["v1"] }
          : { repositories: ["a", ...odd] },
      );
    expect(await imported("--tags")).to.deep.equal({
      ...counts,
      listed: 9,
      skipped: 8,
      imported: 1,
    });
    expect(fake.requests.map(({ target }) => target)).to.deep.equal([
      "/v2/_catalog?n=500",
      "/v2/a/tags/list?n=1",
    ]);
  });

  it("leaves out repositories without a tag when asked for tags, a few requests at once", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `r${index}`);
    fake.handle = (_request, response, url) => {
      if (url.pathname === "/v2/_catalog") return send(response, { repositories: names });
      if (url.pathname.includes("/r7/")) return void response.writeHead(404).end("{}");
      setImmediate(() => send(response, { tags: url.pathname.includes("/r3/") ? null : ["v1"] }));
    };
    expect(await imported("--tags --concurrency 3")).to.deep.equal({
      ...counts,
      listed: 20,
      withoutTags: 2,
      imported: 18,
    });
    expect(fake.most).to.be.within(2, 3);
  });

  it("waits as long as a busy registry says, and comes back after it was broken and away, which it tells", async () => {
    const times: number[] = [];
    fake.handle = (_request, response) => {
      times.push(Date.now());
      if (times.length === 1) return void response.writeHead(429, { "Retry-After": "1" }).end();
      if (times.length === 2) return void response.writeHead(503).end();
      if (times.length === 3) return void response.destroy();
      send(response, { repositories: ["a"] });
    };
    const { code, out, err } = await run("--json");
    expect([code, JSON.parse(out)]).to.deep.equal([0, { ...counts, listed: 1, imported: 1 }]);
    expect(err).to.match(/^127\.0\.0\.1:\d+ does not answer \(\w+\); asking again, .*\n$/);
    expect((times[1] ?? 0) - (times[0] ?? 0)).to.be.at.least(990);
  });

  it("tells when it is to be left alone for long", async () => {
    fake.handle = (_request, response) =>
      void response.writeHead(429, { "Retry-After": "86400" }).end();
    const { code, err } = await run();
    expect([code, fake.requests.length]).to.deep.equal([1, 1]);
    expect(err).to.contain("1440 minutes");
  });

  it("goes on where it was interrupted, and leaves no state behind at the end", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const state = join(directory, "state.json");
    fake.handle = (request, response, url) =>
      url.searchParams.get("last") === "c"
        ? void response.writeHead(400).end()
        : paged(names, 1)(request, response, url);
    expect((await run(`--state ${state}`)).code).to.equal(1);
    expect(await repositories()).to.have.length(3);
    expect(JSON.parse(await readFile(state, "utf8"))).to.include({
      next: "/v2/_catalog?last=c&n=1",
    });
    fake.handle = paged(names, 1);
    const foreign = await cli.run(
      `import-repositories --registry beta --url ${fake.url} --state ${state}`,
    );
    expect([foreign.code, foreign.err]).to.satisfy(
      () => foreign.code === 2 && foreign.err.includes("belongs to"),
    );
    expect(await imported(`--state ${state}`)).to.deep.equal({ ...counts, listed: 2, imported: 2 });
    expect(fake.requests.at(-1)?.target).to.equal("/v2/_catalog?last=d&n=1");
    await writeFile(
      state,
      JSON.stringify({
        version: 1,
        registry: "alpha",
        url: fake.url,
        next: `${other.url}/v2/_catalog`,
      }),
    );
    expect((await run(`--state ${state}`)).err).to.contain("another host");
    await rm(state);
    await imported(`--state ${state}`);
    await imported(`--state ${state} --dry-run`);
    expect(await readFile(state).catch(({ code }: NodeJS.ErrnoException) => code)).to.equal(
      "ENOENT",
    );
  });

  it("works with the rights of tallyman_worker", async () => {
    fake.handle = paged(["a"], 1);
    const { code, err } = await cli.runAs(
      "tallyman_worker",
      `import-repositories --registry alpha --url ${fake.url}`,
    );
    expect([code, err]).to.deep.equal([0, ""]);
  });

  for (const [args, hint] of [
    ["--registry alpha", "--url"],
    ["--url https://x", "--registry"],
    ["--registry alpha --url ftp://x", "https://registry.example"],
    ["--registry alpha --url https://pilot:s3cret@x", "list of processes"],
    ["--registry alpha --url http://127.0.0.1:1 --rate 0", "at least 1"],
  ] as const) {
    it(`exits with 2 for «import-repositories ${args}»`, async () => {
      const { code, out, err } = await cli.run(`import-repositories ${args}`);
      expect([code, out]).to.deep.equal([2, ""]);
      expect(err).to.contain(hint);
    });
  }

  describe("with a real registry", () => {
    let registry: TestRegistry;

    before(async function () {
      this.timeout(60_000);
      registry = await startRegistry("http://127.0.0.1:1/", "none");
      for (const path of ["harbour/crane", "harbour/winch", "tools"])
        await pushImage(registry, path, "v1");
    });
    after(() => registry.stop());

    it("lists what was pushed, with a login, and leaves out what has lost its tags", async () => {
      const response = await registry.call(PILOT, "HEAD", "/v2/tools/manifests/v1", 200);
      const digest = response.headers.get("docker-content-digest") ?? "";
      await registry.call(PILOT, "DELETE", `/v2/tools/manifests/${digest}`, 202);
      const environment = { REGISTRY_USERNAME: PILOT.name, REGISTRY_PASSWORD: PILOT.password };
      const args = `import-repositories --registry alpha --url ${registry.url}`;
      expect((await cli.json(`${args} --tags`, environment)).document).to.deep.equal({
        ...counts,
        listed: 3,
        withoutTags: 1,
        imported: 2,
      });
      expect((await cli.json(args, environment)).document).to.deep.equal({
        ...counts,
        listed: 3,
        imported: 1,
        known: 2,
      });
      expect(await repositories()).to.deep.equal([
        ["harbour/crane", "import"],
        ["harbour/winch", "import"],
        ["tools", "import"],
      ]);
    });
  });
});
