import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Redis } from "ioredis";
import { processExists } from "./process-table.ts";
import { startRedisServer, type RedisServer } from "./redis-server.ts";
import { findTool, type Tool } from "./tool.ts";

describe("startRedisServer", () => {
  let tool: Tool;
  let running: RedisServer[];

  before(() => {
    const found = findTool("redis-server");
    if (found === undefined) throw new Error("redis-server is not installed; npm test installs it");
    tool = found;
  });

  beforeEach(() => {
    running = [];
  });

  afterEach(async () => {
    for (const server of running) await server.stop();
  });

  async function start(
    options: Omit<Parameters<typeof startRedisServer>[0], "tool"> = {},
  ): Promise<RedisServer> {
    const server = await startRedisServer({ tool, ...options });
    running.push(server);
    return server;
  }

  it("listens on loopback, and keeps what it has acknowledged", async () => {
    const { url } = await start();
    expect(await config(url, "bind")).to.equal("127.0.0.1");
    expect(await config(url, "appendonly")).to.equal("yes");
    expect(await config(url, "appendfsync")).to.equal("always");
    expect(await config(url, "maxmemory-policy")).to.equal("noeviction");
    expect(await config(url, "save")).to.equal("");
  });

  it("removes its own temporary directory", async () => {
    const server = await start();
    const directory = await config(server.url, "dir");
    await server.stop();
    await server.stop();
    expect(processExists(server.pid)).to.equal(false);
    expect(await stat(directory).catch(() => undefined)).to.equal(undefined);
  });

  it("finds its data after it was killed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "tallyman-redis-test-"));
    const killed = await start({ directory });
    await withRedis(killed.url, (redis) => redis.set("kept", "yes"));
    await killed.kill();

    const { url, port } = await start({ directory, port: killed.port });
    expect(port).to.equal(killed.port);
    expect(await withRedis(url, (redis) => redis.get("kept"))).to.equal("yes");
    for (const server of running) await server.stop();
    await rm(directory, { recursive: true });
  });

  it("passes settings on, and starts with a password, too", async () => {
    const { url } = await start({ settings: { requirepass: "secret", maxmemory: "8mb" } });
    const withPassword = url.replace("redis://", "redis://:secret@");
    expect(await config(withPassword, "maxmemory")).to.equal(String(8 * 1024 * 1024));
  });

  it("quotes its log when it cannot start", async () => {
    const occupant = createServer().listen(0, "127.0.0.1");
    await once(occupant, "listening");
    const { port } = occupant.address() as AddressInfo;
    const error: unknown = await start({ port }).catch((reason: unknown) => reason);
    occupant.close();
    expect(String(error)).to.include("Address already in use");
  });
});

async function config(url: string, name: string): Promise<string> {
  return withRedis(url, async (redis) => {
    const [, value = ""] = await redis.config("GET", name);
    return value;
  });
}

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
