import type { Notification } from "@tallyman/events";
import { MemoryQueue, type NotificationQueue } from "@tallyman/queue";
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { Gate } from "../support/gate.ts";
import { head, RawConnection } from "../support/raw-http.ts";
import { SECRET, startIngestApp, type IngestApp } from "./ingest-app.ts";
import { describeIngest, expectProblem, MAX_BODY_BYTES } from "./ingest.contract.ts";

const HEADERS = [`Authorization: ${SECRET}`];

const BODY = '{"events":[{}]}';

/** The promise is 400 ms; what is more is the way of the answer through a busy test machine. */
const LONGEST_ANSWER_MS = 500;

describe("the ingest app", () => {
  let app: IngestApp;
  const queue = new MemoryQueue();
  const received: Notification[] = [];

  before(async () => {
    app = await startIngestApp(queue, MAX_BODY_BYTES);
    queue.consume(async (job) => void received.push(...job), 1);
  });

  after(() => app.close());

  describeIngest("on a queue in memory", () => ({ url: app.url, received }));

  describe("after all that", () => {
    it("has met no error that it did not expect", () => {
      expect(app.errors).to.deep.equal([]);
    });
  });
});

describe("the ingest app while its queue is in trouble", () => {
  let app: IngestApp;
  let connection: RawConnection;

  const startWith = async (enqueue: NotificationQueue["enqueue"]): Promise<void> => {
    const queue = new MemoryQueue();
    queue.enqueue = enqueue;
    app = await startIngestApp(queue, MAX_BODY_BYTES);
    connection = await RawConnection.open(app.url);
  };

  afterEach(async () => {
    connection.close();
    await app.close();
  });

  it("answers 200 only when the queue has the notification", async () => {
    const gate = new Gate();
    let asked = false;
    await startWith(() => {
      asked = true;
      return gate.opened;
    });
    connection.post("/notifications", HEADERS, BODY);
    await eventually("the queue was asked", () => asked);
    const other = await RawConnection.open(app.url);
    other.post("/notifications", HEADERS, "{}");
    expect((await other.response()).status).to.equal(200);
    other.close();
    expect(connection.isSilent).to.equal(true);
    gate.open();
    expect((await connection.response()).status).to.equal(200);
  });

  it("answers 503 in time while the queue does not answer, again and again", async () => {
    await startWith(() => new Promise(() => undefined));
    for (let i = 0; i < 3; i++) {
      const started = performance.now();
      connection.post("/notifications", HEADERS, BODY);
      const response = await connection.response();
      expect(performance.now() - started).to.be.below(LONGEST_ANSWER_MS);
      expectProblem(response, 503);
      expect(response.headers.get("retry-after")).to.equal("1");
    }
  });

  it("answers 503 at once when the queue refuses", async () => {
    await startWith(() => Promise.reject(new Error("LOADING")));
    connection.post("/notifications", HEADERS, BODY);
    const response = await connection.response();
    expectProblem(response, 503);
    expect(response.headers.get("retry-after")).to.equal("1");
    // The cause is for the log, not for the network.
    expect(response.body).not.to.include("LOADING");
  });

  it("needs no queue for an empty envelope, a stranger or nonsense", async () => {
    await startWith(() => Promise.reject(new Error("not to be asked")));
    for (const [status, headers, body] of [
      [200, HEADERS, "{}"],
      [401, [], BODY],
      [400, HEADERS, "[]"],
    ] as const) {
      connection.post("/notifications", headers, body);
      expect((await connection.response()).status).to.equal(status);
    }
  });

  it("answers 503 when more large bodies come in at once than memory is for, and takes one when they are gone", async () => {
    const large = 41_943_040;
    app = await startIngestApp(new MemoryQueue(), large);
    connection = await RawConnection.open(app.url);
    const others = await Promise.all([RawConnection.open(app.url), RawConnection.open(app.url)]);
    const answers = others.map((other) => {
      other.write(head("POST", "/notifications", [...HEADERS, `Content-Length: ${large}`]));
      other.write(Buffer.alloc(large - 1, " "));
      return other.response();
    });
    for (const answer of answers) answer.catch(() => undefined);
    expectProblem(await Promise.race(answers), 503);
    for (const other of others) other.close();
    connection.post("/notifications", HEADERS, BODY);
    expect((await connection.response()).status).to.equal(200);
  });
});
