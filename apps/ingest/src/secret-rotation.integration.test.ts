import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startRedisServer, type RedisServer } from "../../../scripts/local/redis-server.ts";
import { toolFromTestRun } from "../../../test/support/environment.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { startApp, stopApps, type AppProcess } from "../../../test/support/processes.ts";

const OLD = "the-old-secret-of-the-harbour";
const NEW = "the-new-secret-of-the-harbour";

const CLIENTS = 8;

describe("ingest whose secrets are exchanged under load", function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let ingest: AppProcess;
  let directory: string;
  let file: string;

  const post = async (secret: string): Promise<number> => {
    const response = await fetch(`${ingest.url}/notifications`, {
      method: "POST",
      headers: { Authorization: `Bearer ${secret}` },
      body: '{"events":[{}]}',
    });
    await response.arrayBuffer();
    return response.status;
  };
  /** As a careful operator writes: the file is never half there. */
  const write = async (content: string): Promise<void> => {
    await writeFile(`${file}.new`, content);
    await rename(`${file}.new`, file);
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-secrets-"));
    file = join(directory, "secrets");
    await write(`harbour=${OLD}`);
    redis = await startRedisServer({ tool: toolFromTestRun("TALLYMAN_TEST_REDIS_SERVER") });
    ingest = await startApp("ingest", { QUEUE_URL: redis.url, NOTIFICATION_SECRETS_FILE: file });
    await eventually("ingest acknowledges", async () => (await post(OLD)) === 200);
  });

  after(async () => {
    await stopApps();
    await redis.stop();
    await rm(directory, { recursive: true });
  });

  it("refuses nobody who follows the change: old, both, new", async () => {
    let secret = OLD;
    let isOver = false;
    const statuses = new Map<number, number>();
    const client = async (): Promise<void> => {
      while (!isOver) {
        const status = await post(secret);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    try {
      await write(`harbour=${OLD},harbour=${NEW}`);
      await eventually("the new secret works beside the old one", async () => {
        return (await post(NEW)) === 200;
      });
      expect(await post(OLD)).to.equal(200);
      secret = NEW;
      const before = statuses.get(200) ?? 0;
      await eventually("all clients use the new secret", () => {
        return (statuses.get(200) ?? 0) > before + 2 * CLIENTS;
      });
      await write(`harbour=${NEW}`);
      await eventually("the old secret works no more", async () => (await post(OLD)) === 401);
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
    expect([...statuses.keys()]).to.deep.equal([200]);
    expect(statuses.get(200)).to.be.greaterThan(100);
  });

  it("keeps what it has when the file becomes faulty, and logs no secret", async () => {
    await write("harbour=oops");
    await eventually("the fault is logged", async () =>
      (await ingest.logs()).some(({ message }) => message.includes("faulty")),
    );
    expect(await post(NEW)).to.equal(200);
    const logs = JSON.stringify(await ingest.logs());
    expect(logs).not.to.include(OLD).and.not.to.include(NEW).and.not.to.include("oops");
  });
});
