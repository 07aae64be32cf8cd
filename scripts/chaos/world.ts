import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { BullmqQueue } from "@tallyman/queue";
import pg from "pg";
import type { Proxy } from "./faults/proxy.ts";
import type { SmallDisk } from "./faults/small-disk.ts";
import type { Fleet } from "./fleet.ts";
import type { DeliveryLog } from "./load/delivery-log.ts";
import type { RegistryEmulator } from "./load/emulator.ts";
import type { Random } from "./random.ts";
import type { ChaosPostgres } from "./servers/postgres.ts";
import type { ChaosRedis } from "./servers/redis.ts";

/** What a world is made of. */
export interface Parts {
  readonly random: Random;
  readonly full: boolean;
  readonly directory: string;
  readonly interruption: AbortSignal;
  readonly redis: ChaosRedis;
  readonly postgres: ChaosPostgres;
  readonly database: string;
  readonly fleet: Fleet;
  readonly emulators: readonly RegistryEmulator[];
  readonly log: DeliveryLog;
  readonly proxies: readonly Proxy[];
  readonly disk: SmallDisk | undefined;
  readonly redisTrace: string;
  readonly queueUrl: string;
}

/** Everything of one scenario, as its fault sees it. */
export type World = Parts & Tools;

export function worldOf(parts: Parts): World {
  return Object.assign(new Tools(parts), parts);
}

/** What a fault does with the parts, and finds out. */
class Tools {
  readonly #parts: Parts;
  /** What is worth telling beside the figures. */
  readonly notes: string[] = [];
  readonly faults: string[] = [];
  /** Asks the queue directly, past any bad network. */
  readonly queue: BullmqQueue;
  /** Of a superuser. */
  readonly pool: pg.Pool;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.queue = new BullmqQueue({ url: parts.queueUrl }, () => undefined);
    this.pool = new pg.Pool({
      connectionString: parts.postgres.urlOf(parts.database),
      max: 2,
      options: "-c TimeZone=UTC",
    });
    this.pool.on("error", () => undefined);
  }

  /** A number of a quick run, and of a full one. */
  pick(quick: number, full: number): number {
    return this.#parts.full ? full : quick;
  }

  async seconds(count: number): Promise<void> {
    await wait(count * 1_000, undefined, { signal: this.#parts.interruption });
  }

  note(text: string): void {
    this.notes.push(text);
  }

  expect(condition: boolean, otherwise: string): void {
    if (!condition) this.faults.push(otherwise);
  }

  /** Waits for a condition and takes it as a fault when it does not come. @returns the seconds that it took */
  async within(seconds: number, what: string, condition: () => Promise<boolean>): Promise<number> {
    const startedAt = performance.now();
    const passed = (): number => (performance.now() - startedAt) / 1_000;
    while (!(await condition().catch(() => false))) {
      if (passed() > seconds) {
        this.faults.push(`not within ${seconds} s: ${what}`);
        break;
      }
      await this.seconds(0.1);
    }
    return passed();
  }

  async close(): Promise<void> {
    for (const emulator of this.#parts.emulators) emulator.abort();
    await this.#parts.fleet.close();
    await Promise.all(this.#parts.proxies.map((proxy) => proxy.close()));
    await this.queue.close().catch(() => undefined);
    await this.pool.end();
    await this.#parts.redis.stop();
    await this.#parts.postgres.dropDatabase(this.#parts.database);
    await this.#parts.disk?.remove();
  }
}

/** A directory of a scenario's own. */
export async function scenarioDirectory(base: string, name: string): Promise<string> {
  const directory = join(base, name);
  await mkdir(directory, { recursive: true });
  return directory;
}
