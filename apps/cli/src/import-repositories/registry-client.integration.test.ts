import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { cliForTests } from "../../../../test/support/cli.ts";
import type { Ran } from "../../../../test/support/run-tallyman.ts";
import { countingForTests } from "../../../../test/support/counting.ts";
import { basic, FakeHost, paged, send, type Handler } from "../../../../test/support/fake-host.ts";

const LOGIN = { REGISTRY_USERNAME: "pilot", REGISTRY_PASSWORD: "s3cret" };

describe("tallyman import-repositories, logging in", () => {
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

  describe("at a registry that wants it", () => {
    it("uses Basic when asked to, and never before", async () => {
      fake.handle = (request, response) =>
        request.headers.authorization === basic("pilot", "s3cret")
          ? send(response, { repositories: ["a"] })
          : void response.writeHead(401, { "WWW-Authenticate": 'Basic realm="x"' }).end();
      const file = join(directory, "password");
      await writeFile(file, "s3cret\n");
      expect(
        await imported("", { REGISTRY_USERNAME: "pilot", REGISTRY_PASSWORD_FILE: file }),
      ).to.include({ imported: 1 });
      expect(fake.requests.map(({ authorization }) => authorization)).to.deep.equal([
        undefined,
        basic("pilot", "s3cret"),
      ]);
      for (const [environment, hint] of [
        [{}, "Set REGISTRY_USERNAME"],
        [{ ...LOGIN, REGISTRY_PASSWORD: "wrong" }, "refuses the login"],
      ] as const) {
        const { code, out, err } = await run("", environment);
        expect([code, out]).to.deep.equal([1, ""]);
        expect(err).to.contain(hint).and.not.to.contain("wrong");
      }
    });

    /** Distribution's token flow, with a token of each scope that can be used twice. */
    const withTokens = (realm: () => string): void => {
      let issued = 0;
      const uses = new Map<string, number>();
      const issue: Handler = (request, response, url) => {
        if (request.headers.authorization !== basic("pilot", "s3cret"))
          return void response.writeHead(401).end();
        const token = `${url.searchParams.get("service")}|${url.searchParams.get("scope")}|${++issued}`;
        send(response, issued % 2 === 0 ? { token } : { access_token: token });
      };
      other.handle = issue;
      fake.handle = (request, response, url) => {
        if (url.pathname === "/token") return issue(request, response, url);
        const scope =
          url.pathname === "/v2/_catalog"
            ? "registry:catalog:*"
            : `repository:${url.pathname.split("/")[2]}:pull`;
        const token = request.headers.authorization ?? "";
        const used = (uses.get(token) ?? 0) + 1;
        uses.set(token, used);
        if (!token.startsWith(`Bearer harbour|${scope}|`) || used > 2) {
          const challenge = `Bearer realm="${realm()}",service="harbour",scope="${scope}"`;
          return void response.writeHead(401, { "WWW-Authenticate": challenge }).end();
        }
        if (url.pathname === "/v2/_catalog")
          return paged(["a", "b", "c", "d", "e", "f"], 1)(request, response, url);
        send(response, { tags: ["v1"] });
      };
    };

    it("gets tokens for what it asks, and new ones when they have run out", async () => {
      withTokens(() => `${fake.url}/token`);
      expect(await imported("--tags", LOGIN)).to.include({ imported: 6 });
      const password = fake.requests.filter(({ authorization }) =>
        authorization?.startsWith("Basic"),
      );
      expect(password.every(({ target }) => target.startsWith("/token?"))).to.equal(true);
    });

    it("asks another host for a token only when the user has named it, and sends nothing there otherwise", async () => {
      withTokens(() => `${other.url}/token`);
      const refused = await run("", LOGIN);
      expect([refused.code, refused.out, other.requests.length]).to.deep.equal([1, "", 0]);
      expect(refused.err)
        .to.contain("Nothing was sent there")
        .and.to.contain(`--token-server ${other.url}`);
      expect(await imported(`--token-server ${other.url}`, LOGIN)).to.include({ imported: 6 });
    });

    it("ends when tokens are never good enough", async () => {
      fake.handle = (_request, response, url) =>
        url.pathname === "/token"
          ? send(response, { token: "t" })
          : void response.writeHead(401, { "WWW-Authenticate": 'Bearer realm="/token"' }).end();
      const { code, err } = await run("", LOGIN);
      expect([code, err]).to.satisfy(() => code === 1 && err.includes("refuses the login"));
      expect(fake.requests.length).to.be.lessThan(7);
    });
  });

  describe("with a registry that plays tricks", () => {
    const tricks: readonly [string, () => Handler, string][] = [
      [
        "its next page is on another host",
        () => (_request, response) =>
          send(
            response,
            { repositories: ["a"] },
            { Link: `<${other.url}/v2/_catalog?last=a>; rel=next` },
          ),
        "links to another host",
      ],
      [
        "its next page is something else",
        () => (_request, response) =>
          send(response, { repositories: ["a"] }, { Link: "</v2/a/blobs/uploads/>; rel=next" }),
        "next page that is none",
      ],
      [
        "its pages go in circles",
        () => (_request, response) =>
          send(response, { repositories: ["a"] }, { Link: "</v2/_catalog?n=500>; rel=next" }),
        "next page that is none",
      ],
      [
        "it redirects to another host",
        () => (_request, response) =>
          void response.writeHead(307, { Location: `${other.url}/v2/_catalog` }).end(),
        "Redirects are not followed",
      ],
      [
        "it sends no JSON",
        () => (_request, response) => void response.writeHead(200).end("<html>"),
        "Is it a registry?",
      ],
      [
        "it sends without end",
        () => (_request, response) => {
          const more = (): boolean => response.write(Buffer.alloc(65_536, 32));
          response.on("drain", () => {
            while (more());
          });
          response.on("error", () => undefined);
          while (more());
        },
        "sends more than",
      ],
      [
        "it has no catalog",
        () => (_request, response) => void response.writeHead(404).end(),
        "by SQL",
      ],
    ];
    for (const [what, handler, hint] of tricks) {
      it(`exits with 1 when ${what}, and sends nothing anywhere else`, async () => {
        fake.handle = (request, response, url) =>
          request.headers.authorization === undefined
            ? void response.writeHead(401, { "WWW-Authenticate": "Basic" }).end()
            : handler()(request, response, url);
        const { code, out, err } = await run("", LOGIN);
        expect([code, out, other.requests.length]).to.deep.equal([1, "", 0]);
        expect(err).to.contain(hint);
      });
    }
  });

  it("wants both halves of a login", async () => {
    const { code, err } = await run("", { REGISTRY_USERNAME: "pilot" });
    expect([code, err]).to.satisfy(() => code === 2 && err.includes("both"));
  });
});
