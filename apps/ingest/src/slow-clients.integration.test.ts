import { MemoryQueue } from "@tallyman/queue";
import { expect } from "chai";
import { closeServer, listen } from "@tallyman/runtime";
import type { Server } from "node:http";
import { eventually } from "../../../test/support/eventually.ts";
import { head, RawConnection } from "../../../test/support/raw-http.ts";
import { createApp } from "./app.ts";
import { authenticator } from "./authenticate.ts";
import { GroupCommit } from "./group-commit.ts";
import { createHttpServer } from "./http-server.ts";
import { postNotification } from "./post-notification.ts";

const SECRET = "a-secret-for-the-harbour";
const HEADERS = [`Authorization: ${SECRET}`];

const SLOW_CLIENTS = 300;

/** What is promised. The limits for head and whole request are lower, for they are looked at once a second. */
const CUT_AFTER_HEAD_MS = 8_000;
const CUT_AFTER_REQUEST_MS = 10_000;

describe("ingest and clients that take their time", function () {
  this.timeout(40_000);
  let server: Server;
  let url: string;
  let fast: RawConnection;

  const post = async (): Promise<number> => {
    const started = performance.now();
    fast.post("/notifications", HEADERS, '{"events":[{}]}');
    expect((await fast.response()).status).to.equal(200);
    return performance.now() - started;
  };

  before(async () => {
    const groups = new GroupCommit(new MemoryQueue());
    const app = createApp({
      postNotification: postNotification({
        authenticate: authenticator([{ registry: "harbour", secret: SECRET }]),
        store: (notification, bytes) => groups.store(notification, bytes),
        maxBodyBytes: 1_000_000,
        onUnavailable: () => undefined,
      }),
      onError: () => undefined,
    });
    server = createHttpServer(app);
    url = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
    fast = await RawConnection.open(url);
  });

  after(async () => {
    fast.close();
    server.closeAllConnections();
    await closeServer(server);
  });

  it("cuts those who send a byte a second, in the head or in the body, and answers others meanwhile", async () => {
    const opened = performance.now();
    const slow = await Promise.all(
      Array.from({ length: SLOW_CLIENTS }, async (_, index) => {
        const connection = await RawConnection.open(url);
        const inBody = index % 2 === 0;
        const whole = head("POST", "/notifications", [...HEADERS, "Content-Length: 500"]);
        connection.write(inBody ? whole : whole.slice(0, -4));
        return { connection, inBody, cutAfter: 0 };
      }),
    );
    const drip = setInterval(() => {
      for (const { connection } of slow) if (!connection.isEnded) connection.write("0");
    }, 1_000);
    const times: number[] = [];
    try {
      await eventually("all slow clients are cut", async () => {
        times.push(await post());
        for (const client of slow) {
          if (client.connection.isEnded) client.cutAfter ||= performance.now() - opened;
        }
        return slow.every(({ cutAfter }) => cutAfter > 0);
      });
    } finally {
      clearInterval(drip);
    }
    for (const { inBody, cutAfter } of slow) {
      const latest = inBody ? CUT_AFTER_REQUEST_MS : CUT_AFTER_HEAD_MS;
      expect(cutAfter).to.be.within(4_000, latest);
    }
    times.sort((a, b) => a - b);
    expect(times.length).to.be.greaterThan(100);
    expect(times[Math.floor(times.length * 0.99)]).to.be.below(250);
  });

  it("answers 431 to a head that is too large, closes, and goes on", async () => {
    const connection = await RawConnection.open(url);
    connection.write(
      head("POST", "/notifications", [...HEADERS, `X-Large: ${"x".repeat(20_000)}`]),
    );
    expect((await connection.response()).status).to.equal(431);
    await eventually("the connection is closed", () => connection.isEnded);
    await post();
  });
});
