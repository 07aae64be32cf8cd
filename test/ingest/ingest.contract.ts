import { gzipSync } from "node:zlib";
import type { Notification } from "@tallyman/events";
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { fixtureText } from "../support/fixture.ts";
import { head, RawConnection, type RawResponse } from "../support/raw-http.ts";
import { OTHER_SECRET, SECRET } from "./ingest-app.ts";

/** A running ingest, however it came to run. */
export interface TestIngest {
  readonly url: string;
  /** Everything that has come out of its queue, in the order of the acknowledgements. */
  readonly received: Notification[];
}

/** The limit with which the ingest under test runs. */
export const MAX_BODY_BYTES = 300_000;

const PATHS = ["/notifications", "/api/v4/container_registry_event/events", "/events"];

const AUTHORIZED = `Authorization: Bearer ${SECRET}`;

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString("base64")}`;

/** What every error answer looks like. */
export function expectProblem(response: RawResponse, status: number): void {
  expect(response.status).to.equal(status);
  expect(response.headers.get("content-type")).to.equal("application/problem+json");
  const problem = JSON.parse(response.body) as Record<string, unknown>;
  expect(problem).to.have.keys("type", "status", "title", "detail");
  expect(problem).to.include({ type: "about:blank", status });
  expect(problem["title"]).to.be.a("string").and.not.equal("");
  expect(problem["detail"]).to.be.a("string").and.not.equal("");
}

/** The rows of the contract, *Ingest HTTP*. */
export function describeIngest(name: string, start: () => TestIngest): void {
  describe(name, () => {
    let ingest: TestIngest;
    let connection: RawConnection;
    let marks = 0;

    const post = async (
      body: string | Buffer,
      { path = "/notifications", headers = [AUTHORIZED] as readonly string[] } = {},
    ): Promise<RawResponse> => {
      connection.post(path, headers, body);
      return connection.response();
    };

    /** What has been queued since the last call. Sends one more notification, behind which nothing can be missed. */
    const queued = async (): Promise<Notification[]> => {
      const mark = `{"mark":${++marks}}`;
      const other = await RawConnection.open(ingest.url);
      other.post("/events", [AUTHORIZED], mark);
      expect((await other.response()).status).to.equal(200);
      other.close();
      await eventually("the last notification was queued", () =>
        ingest.received.some(({ body }) => body === mark),
      );
      return ingest.received.splice(0).filter(({ body }) => body !== mark);
    };

    before(() => {
      ingest = start();
    });

    beforeEach(async () => {
      connection = await RawConnection.open(ingest.url);
    });

    afterEach(() => connection.close());

    for (const path of PATHS) {
      it(`takes notifications at ${path}`, async () => {
        const body = fixtureText("distribution-2.8-push-tag");
        const response = await post(body, { path });
        expect(response.status).to.equal(200);
        expect(response.headers.get("content-type")).to.equal("application/json");
        expect(response.body).to.equal('{"accepted":1}');
        const [notification, ...more] = await queued();
        expect(more).to.deep.equal([]);
        expect(notification).to.include({ registry: "harbour", body });
        expect(notification?.receivedAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      });
    }

    it("counts the events that it accepts", async () => {
      const response = await post(fixtureText("envelope-three-events"));
      expect(response.body).to.equal('{"accepted":3}');
      expect(await queued()).to.have.lengthOf(1);
    });

    it("takes both media types of registries, any other, and none", async () => {
      const types = [
        "application/vnd.docker.distribution.events.v1+json",
        "application/vnd.docker.distribution.events.v2+json",
        "application/vnd.docker.distribution.events.v1+json; charset=utf-8",
        'application/vnd.docker.distribution.events.v2+json;version="2";x=y',
        "application/json",
        "APPLICATION/JSON; charset=unknown-charset",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "not a media type",
        "",
      ];
      const body = fixtureText("distribution-3-push-tag");
      for (const type of types) {
        const response = await post(body, { headers: [AUTHORIZED, `Content-Type: ${type}`] });
        expect(response.status, type).to.equal(200);
      }
      const notifications = await queued();
      expect(notifications.map((notification) => notification.body)).to.deep.equal(
        types.map(() => body),
      );
    });

    it("takes the secret as it is, as bearer token and as password, and tells registries apart", async () => {
      const forms: [string, string][] = [
        [SECRET, "harbour"],
        [`Bearer ${SECRET}`, "harbour"],
        [basic(`anyone:${SECRET}`), "harbour"],
        [OTHER_SECRET, "dock"],
        [`bearer ${OTHER_SECRET}`, "dock"],
      ];
      for (const [value, registry] of forms) {
        const response = await post('{"events":[{}]}', { headers: [`authorization: ${value}`] });
        expect(response.status, value).to.equal(200);
        expect((await queued())[0]?.registry, value).to.equal(registry);
      }
    });

    it("refuses wrong credentials with 401 and queues nothing", async () => {
      const refused: (readonly string[])[] = [
        [],
        ["Authorization:"],
        ["Authorization: Bearer"],
        ["Authorization: wrong-wrong-wrong-wrong"],
        [`Authorization: Token ${SECRET}`],
        [`Authorization: ${basic(`${SECRET}:`)}`],
        [AUTHORIZED, AUTHORIZED],
        [AUTHORIZED, "Authorization: x"],
        [`Proxy-Authorization: Bearer ${SECRET}`],
        [`Authorization: Bearer ${SECRET.slice(0, -1)}`],
      ];
      for (const headers of refused) {
        const response = await post('{"events":[{}]}', { headers });
        expectProblem(response, 401);
        expect(response.headers.get("www-authenticate")).to.include("Bearer").and.include("Basic");
      }
      expect(await queued()).to.deep.equal([]);
    });

    it("does not wait for the body of a stranger, and queues nothing of it", async () => {
      connection.write(head("POST", "/notifications", ["Content-Length: 200000"]));
      expectProblem(await connection.response(), 401);
      connection.write(Buffer.alloc(200_000, " "));
      // The connection is still good for the next one.
      expect((await post("{}")).status).to.equal(200);
      expect(await queued()).to.deep.equal([]);
    });

    it("accepts empty envelopes, of which there is nothing to queue", async () => {
      for (const envelope of ["envelope-empty-object", "envelope-empty-list"]) {
        const response = await post(fixtureText(envelope));
        expect(response.status).to.equal(200);
        expect(response.body).to.equal('{"accepted":0}');
      }
      expect(await queued()).to.deep.equal([]);
    });

    it("refuses with 400 what is not a JSON object, which the sender then still has", async () => {
      for (const body of [
        "",
        " ",
        "[]",
        "null",
        '"text"',
        "1",
        "true",
        "{",
        '{"events":[}',
        "{}x",
      ]) {
        expectProblem(await post(body), 400);
      }
      expect(await queued()).to.deep.equal([]);
    });

    it("refuses with 413 a body whose length is over the limit, before it comes", async () => {
      connection.write(
        head("POST", "/notifications", [AUTHORIZED, `Content-Length: ${MAX_BODY_BYTES + 1}`]),
      );
      const response = await connection.response();
      expectProblem(response, 413);
      expect(response.body).to.include(String(MAX_BODY_BYTES));
      expect(await queued()).to.deep.equal([]);
    });

    it("refuses with 413 a chunked body that grows over the limit, without waiting for its end", async () => {
      const chunk = Buffer.alloc(100_000, " ");
      connection.write(head("POST", "/notifications", [AUTHORIZED, "Transfer-Encoding: chunked"]));
      for (let i = 0; i < 4; i++) {
        connection.write(`${chunk.length.toString(16)}\r\n`);
        connection.write(chunk);
        connection.write("\r\n");
      }
      expectProblem(await connection.response(), 413);
      expect(await queued()).to.deep.equal([]);
    });

    it("takes a body of exactly the limit, with a length or in chunks", async () => {
      const body = `{"pad":"${"x".repeat(MAX_BODY_BYTES - 10)}"}`;
      expect(body).to.have.lengthOf(MAX_BODY_BYTES);
      expect((await post(body)).status).to.equal(200);
      connection.write(head("POST", "/notifications", [AUTHORIZED, "Transfer-Encoding: chunked"]));
      connection.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
      expect((await connection.response()).status).to.equal(200);
      const bodies = (await queued()).map((notification) => notification.body === body);
      expect(bodies).to.deep.equal([true, true]);
    });

    it("refuses with 415 a body that is encoded, and does not unpack it", async () => {
      const bomb = gzipSync(Buffer.alloc(50_000_000, " "));
      for (const encoding of ["gzip", "GZIP", "deflate", "br", "gzip, identity", "unknown"]) {
        const headers = [AUTHORIZED, `Content-Encoding: ${encoding}`];
        expectProblem(await post(bomb, { headers }), 415);
      }
      const plain = [AUTHORIZED, "Content-Encoding: identity"];
      expect((await post("{}", { headers: plain })).status).to.equal(200);
      expect(await queued()).to.deep.equal([]);
    });

    it("answers other methods with 405 and says which one it takes", async () => {
      for (const path of PATHS) {
        for (const method of ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
          connection.write(head(method, path, [AUTHORIZED, "Content-Length: 2"]));
          connection.write("{}");
          const response = await connection.response();
          expectProblem(response, 405);
          expect(response.headers.get("allow")).to.equal("POST");
        }
      }
      const response = await fetch(`${ingest.url}/notifications`, { method: "HEAD" });
      expect(response.status).to.equal(405);
      expect(await queued()).to.deep.equal([]);
    });

    it("answers other paths with 404, and redirects nobody", async () => {
      const paths = [
        "/",
        "/notification",
        "/notifications/1",
        "//notifications",
        "/api/v4/container_registry_event",
        "/../notifications",
        "/%2e%2e/notifications",
        "/notifications%00",
        "/%",
        "/metrics",
        "/livez",
        `/${"x".repeat(4_000)}`,
      ];
      for (const path of paths) {
        const response = await post("{}", { path });
        expectProblem(response, 404);
        expect(response.headers.has("location")).to.equal(false);
      }
      expect(await queued()).to.deep.equal([]);
    });

    it("does not mind a query, a final slash or the case of the path", async () => {
      for (const path of ["/notifications?a=b", "/events/", "/Notifications"]) {
        expect((await post("{}", { path })).status, path).to.equal(200);
      }
    });

    it("keeps a connection through every kind of error answer", async () => {
      const steps: [number, readonly string[], string][] = [
        [401, [], "{}"],
        [400, [AUTHORIZED], "no json"],
        [415, [AUTHORIZED, "Content-Encoding: gzip"], "x".repeat(1_000)],
        [413, [AUTHORIZED], "x".repeat(MAX_BODY_BYTES + 1)],
        [401, ["Authorization: x"], "x".repeat(MAX_BODY_BYTES + 1)],
        [200, [AUTHORIZED], "{}"],
      ];
      for (const [status, headers, body] of steps) {
        expect((await post(body, { headers })).status).to.equal(status);
      }
      expect(connection.isEnded).to.equal(false);
    });

    it("lets a client ask before it sends a large body", async () => {
      connection.write(
        head("POST", "/notifications", [AUTHORIZED, "Expect: 100-continue", "Content-Length: 2"]),
      );
      expect((await connection.response()).status).to.equal(100);
      connection.write("{}");
      expect((await connection.response()).status).to.equal(200);
    });

    it("queues nothing of a sender that goes away in the middle of its body", async () => {
      connection.write(head("POST", "/notifications", [AUTHORIZED, "Content-Length: 100"]));
      connection.write('{"events":[{}]}');
      connection.close();
      expect(await queued()).to.deep.equal([]);
    });

    it("answers broken HTTP with 4xx and goes on", async () => {
      const broken = [
        "nonsense\r\n\r\n",
        "POST /notifications HTTP/1.1\r\n\r\n",
        head("POST", "/notifications", [AUTHORIZED, "Content-Length: -1"]),
        head("POST", "/notifications", [AUTHORIZED, "Content-Length: 2, 3"]),
        head("POST", "/notifications", [
          AUTHORIZED,
          "Content-Length: 2",
          "Transfer-Encoding: chunked",
        ]),
        head("POST", "/notifications", [`X-Long: ${"x".repeat(100_000)}`]),
        head("POST", "/notifications", ["Bad Header: x"]),
      ];
      for (const request of broken) {
        const other = await RawConnection.open(ingest.url);
        other.write(request);
        const { status } = await other.response();
        expect(status, request.slice(0, 60)).to.be.within(400, 499);
        other.close();
      }
      expect((await post("{}")).status).to.equal(200);
      expect(await queued()).to.deep.equal([]);
    });
  });
}
