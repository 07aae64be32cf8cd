import { join } from "node:path";
import { migrateQueue } from "@tallyman/queue";
import { mountSmallDisk, type SmallDisk } from "./faults/small-disk.ts";
import { Proxy } from "./faults/proxy.ts";
import { tracedRedis } from "./faults/synced-redis.ts";
import { Fleet, REGISTRIES, secretOf } from "./fleet.ts";
import { DeliveryLog } from "./load/delivery-log.ts";
import { RegistryEmulator } from "./load/emulator.ts";
import { Workload } from "./load/workload.ts";
import type { Random } from "./random.ts";
import type { Run } from "./run.ts";
import { Skipped, type Setup } from "./scenario.ts";
import { ChaosRedis } from "./servers/redis.ts";
import { worldOf, type World } from "./world.ts";

const INSTANCES = 8;
const PER_SECOND = 50;

/** Starts Redis, a database, the fleet and the registries of a scenario. */
export async function openWorld(
  run: Run,
  setup: Setup,
  directory: string,
  random: Random,
): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const disk = await smallDisk(run, setup, directory);
    if (disk !== undefined) closers.push(() => disk.remove());
    const redisDirectory =
      setup.redisDisk === undefined ? join(directory, "redis") : (disk?.directory ?? directory);
    const redis = await ChaosRedis.prepare(run.redisTool, redisDirectory);
    Object.assign(redis.settings, setup.redisSettings);
    const redisTrace = join(directory, "redis.trace");
    if (setup.traceRedis === true) {
      const tool = await tracedRedis(run.redisTool, redisTrace);
      if (typeof tool === "string") throw new Skipped(tool);
      redis.tool = tool;
    }
    await redis.start();
    closers.push(() => redis.stop());
    const database = await createDatabase(run, setup, disk, closers);

    const proxies: Proxy[] = [];
    const through = async (where: Setup["network"], url: string): Promise<string> => {
      if (setup.network !== where) return url;
      const proxy = await Proxy.open(Number(new URL(url).port), random.fork(`${url} weather`));
      closers.push(() => proxy.close());
      proxies.push(proxy);
      return proxy.through(url);
    };
    const queueUrl = setup.queueInPostgres === true ? run.postgres.urlOf(database) : redis.url;
    await migrateQueue({ url: queueUrl });
    const fleet = await Fleet.start({
      setup,
      directory,
      queueUrl: await through("redis", queueUrl),
      databaseUrl: await through("postgres", run.postgres.urlOf(database)),
      spoolDirectory: setup.spoolDisk === undefined ? directory : (disk?.directory ?? directory),
    });
    closers.push(() => fleet.close());
    const urls: string[] = [];
    for (const url of fleet.urls) urls.push(await through("ingest", url));

    const log = new DeliveryLog(run.stalls);
    const emulators = Array.from({ length: setup.instances ?? INSTANCES }, (_, index) => {
      const instance = `instance-${index}`;
      const registry = REGISTRIES[index % REGISTRIES.length] ?? "alpha";
      return new RegistryEmulator({
        // One registry in four is GitLab's, which gives up.
        dialect: index % 4 === 3 ? "gitlab" : "distribution",
        registry,
        secret: secretOf(registry),
        workload: new Workload({ ...setup, instance, random: random.fork(instance) }),
        log,
        urls: () => urls,
        perSecond: setup.perSecond ?? PER_SECOND,
        backlog: setup.backlog ?? 0,
      });
    });
    const { postgres, full, interruption } = run;
    return worldOf({
      random: random.fork("schedule"),
      full,
      directory,
      interruption,
      redis,
      postgres,
      database,
      fleet,
      emulators,
      log,
      proxies,
      disk,
      redisTrace,
      queueUrl,
    });
  } catch (error) {
    for (const close of closers.toReversed()) await close().catch(() => undefined);
    throw error;
  }
}

async function smallDisk(
  run: Run,
  { redisDisk, postgresDisk, spoolDisk }: Setup,
  directory: string,
): Promise<SmallDisk | undefined> {
  const megabytes = redisDisk ?? postgresDisk ?? spoolDisk;
  if (megabytes === undefined) return undefined;
  const owner = postgresDisk === undefined ? undefined : run.postgres.account;
  const disk = await mountSmallDisk(join(directory, "disk"), megabytes, owner);
  if (typeof disk === "string") throw new Skipped(disk);
  return disk;
}

async function createDatabase(
  run: Run,
  setup: Setup,
  disk: SmallDisk | undefined,
  closers: (() => Promise<unknown>)[],
): Promise<string> {
  const tablespace =
    setup.postgresDisk === undefined || disk === undefined
      ? undefined
      : await run.postgres.createTablespace(disk.directory);
  const database = await run.postgres.createDatabase(tablespace);
  closers.push(() => run.postgres.dropDatabase(database));
  return database;
}
