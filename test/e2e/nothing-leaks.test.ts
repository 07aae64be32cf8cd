import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Redis } from "ioredis";
import pg from "pg";
import { startComposeRedis, type ComposeRedis } from "../support/compose-redis.ts";
import { eventually } from "../support/eventually.ts";
import { startApp, stopApps, type AppProcess } from "../support/processes.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";

/** What must never be in a log: secrets, and what only bodies hold. */
const PLANTED = {
  secret: "planted-secret-of-the-harbour",
  wrongSecret: "planted-secret-of-a-stranger",
  token: "planted-token-of-the-api",
  address: "203.0.113.77",
  userAgent: "planted-user-agent/1.0",
  email: "planted.person@example.com",
  unknownField: "planted-in-a-field-that-nobody-reads",
  rejected: "planted-in-what-cannot-be-counted",
  broken: "planted-in-what-is-no-json",
};

/** Of a worker and of the api as production has them: members of one group role each. */
const LOGINS = { worker: "tallyman_worker", api: "tallyman_reader" } as const;

describe("all processes together, at the most talkative level and with the least rights", function () {
  this.timeout(60_000);
  let directory: string;
  let redis: ComposeRedis;
  let database: TestDatabase;
  let admin: pg.Pool;
  let trap: Server;
  let visits = 0;
  const logins: string[] = [];
  const apps: Partial<Record<"ingest" | "worker" | "api", AppProcess>> = {};

  const login = async (role: string): Promise<string> => {
    const name = `${role}_${database.url.split("_").at(-1)}`;
    logins.push(name);
    await admin.query(`create role ${name} login password 'planted-password' in role ${role}`);
    const url = new URL(database.url);
    url.username = name;
    url.password = "planted-password";
    return url.href;
  };

  before(async () => {
    trap = createServer((socket) => {
      visits++;
      socket.destroy();
    });
    trap.listen(0, "127.0.0.1");
    await once(trap, "listening");
    directory = await mkdtemp(join(tmpdir(), "tallyman-leaks-"));
    redis = await startComposeRedis(directory);
    database = await createTestDatabase();
    admin = new pg.Pool({ connectionString: database.url, max: 1 });
    const shared = { LOG_LEVEL: "debug", QUEUE_URL: redis.processUrl };
    apps.ingest = await startApp("ingest", {
      ...shared,
      NOTIFICATION_SECRETS: `harbour=${PLANTED.secret}`,
    });
    apps.worker = await startApp("worker", {
      ...shared,
      DATABASE_URL: await login(LOGINS.worker),
    });
    apps.api = await startApp("api", {
      LOG_LEVEL: "debug",
      DATABASE_URL: await login(LOGINS.api),
      API_TOKENS: PLANTED.token,
    });
  });

  after(async () => {
    try {
      await stopApps();
    } finally {
      await redis.stop();
      for (const name of logins) await admin.query(`drop role ${name}`);
      await admin.end();
      await database.drop();
      trap.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  const post = async (body: string, secret = PLANTED.secret): Promise<number> => {
    const { status } = await fetch(`${apps.ingest?.url}/notifications`, {
      method: "POST",
      headers: { Authorization: `Bearer ${secret}`, "User-Agent": PLANTED.userAgent },
      body,
    });
    return status;
  };

  /** An event that names our trap wherever an address can stand. */
  function event(id: string): Record<string, unknown> {
    const { port } = trap.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/v2/team/app/manifests/sha256:aa`;
    return {
      id,
      action: "push",
      target: { repository: "team/app", tag: "v1", digest: "sha256:aa", url, urls: [url] },
      request: {
        id: "1",
        addr: PLANTED.address,
        host: `127.0.0.1:${port}`,
        method: "PUT",
        useragent: PLANTED.userAgent,
        callback: url,
      },
      actor: { name: "mira", email: PLANTED.email, avatar: url },
      source: { addr: `127.0.0.1:${port}`, instanceID: url },
      more: PLANTED.unknownField,
    };
  }

  const events = (...list: unknown[]): string => JSON.stringify({ events: list });

  it("do their work, through trouble as well", async () => {
    expect(
      await post(events(event("1"), event("2"), { id: "3", action: PLANTED.rejected })),
    ).to.equal(200);
    expect(await post(events(event("4")), PLANTED.wrongSecret)).to.equal(401);
    expect(await post(`{"events":[${PLANTED.broken}`)).to.equal(400);
    await redis.kill();
    await eventually("ingest refuses", async () => (await post(events(event("5")))) === 503);
    redis = await startComposeRedis(directory, redis.port);
    await eventually("ingest takes it", async () => (await post(events(event("5")))) === 200);
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    expect(await post(events(event("6")))).to.equal(200);
    await eventually("everything is counted", async () => {
      const { rows } = await admin.query<{ ids: string[] }>(
        "select array_agg(event_id order by event_id) as ids from tracking_events",
      );
      return rows[0]?.ids.join() === "1,2,5,6";
    });
    const ask = (token: string): Promise<Response> =>
      fetch(`${apps.api?.url}/api/v1/registries`, {
        headers: { Authorization: `Bearer ${token}` },
      });
    expect((await ask(PLANTED.wrongSecret)).status).to.equal(401);
    await eventually("the api answers", async () => (await ask(PLANTED.token)).ok);
  });

  it("have visited no address that an event names", () => {
    expect(visits).to.equal(0);
  });

  it("have logged neither a secret nor a password nor anything of a body, but did log", async () => {
    for (const [name, app] of Object.entries(apps)) {
      const logs = await app.logs();
      expect(logs.length, name).to.be.above(0);
      const text = JSON.stringify(logs);
      for (const planted of [...Object.values(PLANTED), "planted-password", "the-password-of"]) {
        expect(text, name).not.to.include(planted);
      }
    }
    const worker = await apps.worker?.logs();
    expect(worker?.some(({ message }) => message === "event counted")).to.equal(true);
  });

  it("show no secret and nothing of a body in their metrics", async () => {
    for (const [name, app] of Object.entries(apps)) {
      const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
      expect(text, name).to.include("process_cpu_seconds_total");
      for (const planted of [...Object.values(PLANTED), "team/app", "mira"]) {
        expect(text, name).not.to.include(planted);
      }
    }
  });

  it("leave nothing of what is counted in the queue", async () => {
    const client = new Redis(redis.adminUrl);
    try {
      await eventually("the jobs are gone", async () => {
        const keys = await client.keys("*");
        return keys.every((key) => !/:\d+(?::lock)?$/.test(key));
      });
    } finally {
      client.disconnect();
    }
  });
});
