import { join } from "node:path";
import { freePort } from "../local/free-port.ts";
import type { Setup } from "./scenario.ts";
import { AppSlot } from "./servers/app-slot.ts";

/** Labels of the registries with their secrets. */
export const REGISTRIES = ["alpha", "beta", "gamma"] as const;
export const secretOf = (registry: string): string => `chaos-secret-of-${registry}`;

export interface FleetOptions {
  readonly setup: Setup;
  readonly directory: string;
  readonly queueUrl: string;
  readonly databaseUrl: string;
  /** Where the spools are, one directory each. */
  readonly spoolDirectory: string;
}

/** The apps of a scenario. */
export class Fleet {
  readonly ingests: readonly AppSlot[];
  readonly workers: readonly AppSlot[];
  readonly urls: readonly string[];

  private constructor(
    ingests: readonly AppSlot[],
    workers: readonly AppSlot[],
    urls: readonly string[],
  ) {
    this.ingests = ingests;
    this.workers = workers;
    this.urls = urls;
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const { setup, directory, queueUrl, databaseUrl, spoolDirectory } = options;
    const shared = { HOST: "127.0.0.1", QUEUE_URL: queueUrl };
    const { killAtCommit, locks = "real" } = setup;
    const ingests: AppSlot[] = [];
    const urls: string[] = [];
    for (let i = 0; i < (setup.ingests ?? 2); i++) {
      const port = await freePort();
      urls.push(`http://127.0.0.1:${port}/notifications`);
      const settings = {
        ...shared,
        PORT: String(port),
        OPS_PORT: String(await freePort()),
        ...(setup.spool === true ? { SPOOL_DIR: join(spoolDirectory, `spool-${i}`) } : {}),
        NOTIFICATION_SECRETS: REGISTRIES.map((name) => `${name}=${secretOf(name)}`).join(","),
      };
      ingests.push(new AppSlot({ app: "ingest", name: `ingest-${i}`, directory, settings }));
    }
    const workers: AppSlot[] = [];
    for (let i = 0; i < (setup.workers ?? 2); i++) {
      const settings: Record<string, string> = {
        ...shared,
        OPS_PORT: String(await freePort()),
        DATABASE_URL: databaseUrl,
      };
      const preload: string[] = locks === "short" ? ["short-locks"] : [];
      if (killAtCommit !== undefined) {
        preload.push("kill-at-commit");
        settings["CHAOS_KILL_AT"] = killAtCommit.at;
        settings["CHAOS_KILL_PROBABILITY"] = String(killAtCommit.probability);
      }
      workers.push(
        new AppSlot({ app: "worker", name: `worker-${i}`, directory, settings, preload }),
      );
    }
    const fleet = new Fleet(ingests, workers, urls);
    try {
      await Promise.all(fleet.all.map((slot) => slot.start()));
    } catch (error) {
      await fleet.close();
      throw error;
    }
    return fleet;
  }

  get all(): readonly AppSlot[] {
    return [...this.ingests, ...this.workers];
  }

  /** Notifications that lie in the spools of the ingests. @throws while one of them does not answer */
  async spooled(): Promise<number> {
    let sum = 0;
    for (const { options } of this.ingests) {
      const metrics = await fetch(`http://127.0.0.1:${options.settings["OPS_PORT"]}/metrics`);
      const [, count] =
        /^tallyman_ingest_spool_notifications (\d+)/m.exec(await metrics.text()) ?? [];
      sum += Number(count ?? 0);
    }
    return sum;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((slot) => slot.close()));
  }
}
