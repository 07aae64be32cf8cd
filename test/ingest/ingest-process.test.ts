import type { Notification } from "@tallyman/events";
import { BullmqConsumer } from "@tallyman/queue";
import { expect } from "chai";
import { startRedisServer, type RedisServer } from "../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../support/environment.ts";
import { eventually } from "../support/eventually.ts";
import { startApp, stopApps, type AppProcess } from "../support/processes.ts";
import { RawConnection } from "../support/raw-http.ts";
import { SECRET, SECRETS } from "./ingest-app.ts";
import { describeIngest, expectProblem, MAX_BODY_BYTES } from "./ingest.contract.ts";

const HEADERS = [`Authorization: ${SECRET}`];

const BODY = '{"events":[{"actor":{"name":"a-name-of-a-person"}}]}';

const LONGEST_ANSWER_MS = 500;

const startRedis = (port?: number): Promise<RedisServer> =>
  startRedisServer({
    tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER"),
    ...(port === undefined ? {} : { port }),
  });

const startIngest = (queueUrl: string): Promise<AppProcess> =>
  startApp("ingest", {
    QUEUE_URL: queueUrl,
    NOTIFICATION_SECRETS: SECRETS,
    MAX_BODY_BYTES: String(MAX_BODY_BYTES),
    LOG_LEVEL: "info",
  });

describe("the ingest process", () => {
  let redis: RedisServer;
  let ingest: AppProcess;
  let consumer: BullmqConsumer;
  const received: Notification[] = [];

  before(async function () {
    this.timeout(60_000);
    redis = await startRedis();
    ingest = await startIngest(redis.url);
    await eventually("ingest is ready", async () => (await fetch(`${ingest.opsUrl}/readyz`)).ok);
    consumer = new BullmqConsumer({
      location: { url: redis.url },
      concurrency: 1,
      handle: async (job) => void received.push(...job),
      onError: () => undefined,
    });
  });

  after(async () => {
    try {
      await consumer.close();
    } finally {
      await stopApps();
      await redis.stop();
    }
  });

  describeIngest("on Redis", () => ({ url: ingest.url, received }));

  describe("after all that", () => {
    it("has logged nothing but that it listens, and no secret", async () => {
      const logs = await ingest.logs();
      expect(logs.map(({ message }) => message)).to.deep.equal(["ingest listens"]);
      expect(JSON.stringify(logs)).not.to.include(SECRET);
    });
  });
});

describe("the ingest process while Redis is in trouble", () => {
  let redis: RedisServer;
  let ingest: AppProcess;
  let connection: RawConnection;

  before(async function () {
    this.timeout(60_000);
    redis = await startRedis();
    ingest = await startIngest(redis.url);
    connection = await RawConnection.open(ingest.url);
  });

  after(async () => {
    try {
      connection.close();
    } finally {
      await stopApps();
      await redis.stop();
    }
  });

  const post = async (): Promise<number> => {
    const started = performance.now();
    connection.post("/notifications", HEADERS, BODY);
    const response = await connection.response();
    expect(performance.now() - started).to.be.below(LONGEST_ANSWER_MS);
    if (response.status !== 200) expectProblem(response, 503);
    return response.status;
  };
  const isAcknowledged = async (): Promise<boolean> => (await post()) === 200;
  const readiness = async (): Promise<number> => (await fetch(`${ingest.opsUrl}/readyz`)).status;

  it("answers 503 in time while Redis is frozen, and 200 afterwards", async () => {
    await eventually("notifications are acknowledged", isAcknowledged);
    process.kill(redis.pid, "SIGSTOP");
    try {
      for (let i = 0; i < 5; i++) expect(await post()).to.equal(503);
      expect(await readiness()).to.equal(503);
    } finally {
      process.kill(redis.pid, "SIGCONT");
    }
    await eventually("notifications are acknowledged again", isAcknowledged);
    expect(await readiness()).to.equal(200);
  });

  it("answers 503 while Redis is gone, and 200 when it is back, without a restart", async () => {
    await redis.kill();
    for (let i = 0; i < 50; i++) expect(await post()).to.equal(503);
    expect(await readiness()).to.equal(503);
    const old = redis;
    redis = await startRedis(old.port);
    await old.stop();
    await eventually("notifications are acknowledged again", isAcknowledged);
  });

  it("tells of it in few lines, without the secret or what was in the events", async () => {
    const logs = await ingest.logs();
    expect(logs.length).to.be.below(30);
    const text = JSON.stringify(logs);
    expect(text).to.include("notifications refused with 503");
    expect(text).not.to.include(SECRET).and.not.to.include("a-name-of-a-person");
  });

  it("ends cleanly when it is told to, and answers who is connected until then", async () => {
    expect(await ingest.stop()).to.deep.equal({ code: 0, signal: null });
    const messages = (await ingest.logs()).map(({ message }) => message);
    expect(messages.slice(-2)).to.deep.equal(["stopping", "stopped"]);
  });
});
