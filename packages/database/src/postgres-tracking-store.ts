import { PLAIN_NAMES, type ActorNames, type Reading } from "@tallyman/events";
import type pg from "pg";
import { MemberCache } from "./member-cache.ts";
import { recordBatch, type Outcome } from "./record-batch.ts";
import { isRefusal, recordIsolating } from "./record-isolating.ts";
import type { RecordedBatch, TrackingStore } from "./tracking-store.ts";
import type { UserDirectory } from "./users-of-batch.ts";

/**
 * Counts in Postgres: one transaction per batch, a fixed number of statements whatever its size. Several stores may
 * record at once. They take their locks in one order: statements in the order of `recordBatch`, and within each by key.
 */
export class PostgresTrackingStore implements TrackingStore {
  readonly #pool: pg.Pool;
  readonly #directory: UserDirectory;
  readonly #actorNames: ActorNames;
  readonly #cache = new MemberCache();

  /** @param pool is ended by `close` */
  constructor(pool: pg.Pool, directory: UserDirectory, names: ActorNames = PLAIN_NAMES) {
    this.#pool = pool;
    this.#directory = directory;
    this.#actorNames = names;
  }

  async record(sent: readonly Reading[]): Promise<RecordedBatch> {
    const readings = sent.map(this.#actorNames.applyTo);
    try {
      return await this.#inTransaction(async (client) => [await this.#recordIn(client, readings)]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return await this.#inTransaction((client) =>
        recordIsolating(client, readings, this.#actorNames, (part) => this.#recordIn(client, part)),
      );
    }
  }

  #recordIn(client: pg.PoolClient, readings: readonly Reading[]): Promise<Outcome> {
    return recordBatch(client, readings, { directory: this.#directory, cache: this.#cache });
  }

  async #inTransaction(
    work: (client: pg.PoolClient) => Promise<readonly Outcome[]>,
  ): Promise<RecordedBatch> {
    const client = await this.#pool.connect();
    let failure: unknown;
    try {
      await client.query("begin");
      const outcomes = await work(client);
      await client.query("commit");
      for (const { learned } of outcomes) this.#cache.learn(learned);
      return sum(outcomes.map(({ recorded }) => recorded));
    } catch (error) {
      failure = error;
      this.#cache.clear();
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      // A connection that failed is not used again: its state, or whether it still answers, is unknown.
      client.release(failure !== undefined);
    }
  }

  async ping(): Promise<void> {
    await this.#pool.query("select 1");
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }
}

function sum(parts: readonly RecordedBatch[]): RecordedBatch {
  return {
    received: parts.reduce((total, { received }) => total + received, 0),
    tracked: parts.flatMap(({ tracked }) => tracked),
    duplicates: parts.reduce((total, { duplicates }) => total + duplicates, 0),
    rejected: parts.reduce((total, { rejected }) => total + rejected, 0),
  };
}
