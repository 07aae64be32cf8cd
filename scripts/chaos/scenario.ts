import type { World } from "./world.ts";

/** What a fault needs around it. Everything has a default that suits most of them. */
export interface Setup {
  /** Registry instances, each strictly serial. */
  readonly instances?: number;
  /** Events a second at each of them. */
  readonly perSecond?: number;
  /** Events that have gathered at each of them before the start. */
  readonly backlog?: number;
  /** Repositories of the long tail. */
  readonly repositories?: number;
  /** Bytes added to each body. */
  readonly padding?: number;
  readonly ingests?: number;
  readonly workers?: number;
  /** "real" are those of production, 30 s; "short" are 3 s, by a module that is loaded into the worker. */
  readonly locks?: "real" | "short";
  /** Workers kill themselves at so large a part of their COMMITs. */
  readonly killAtCommit?: {
    readonly at: "before" | "during" | "after";
    readonly probability: number;
  };
  /** Each ingest has a spool. */
  readonly spool?: boolean;
  /** A disk of so many megabytes for the spools. */
  readonly spoolDisk?: number;
  /** The queue is BullMQ's on Postgres, in the database of the tables. */
  readonly queueInPostgres?: boolean;
  /** Where the bad network is. */
  readonly network?: "redis" | "postgres" | "ingest";
  readonly redisSettings?: Readonly<Record<string, string>>;
  /** Redis is traced, so that a power cut can be played. */
  readonly traceRedis?: boolean;
  /** A disk of so many megabytes for the append-only file. */
  readonly redisDisk?: number;
  /** The same for the tables. */
  readonly postgresDisk?: number;
}

/** One line of the fault matrix. */
export interface Scenario {
  readonly name: string;
  /** For people, in the results table. */
  readonly fault: string;
  readonly setup?: (full: boolean) => Setup;
  /** Does the harm while the load runs; returns when the harm is over. */
  readonly inject: (world: World) => Promise<unknown>;
  /** Looks at the end for what is special to this fault. */
  readonly verify?: (world: World) => Promise<void>;
  /** The network between registry and ingest is bad itself, so an answer's time says nothing about ingest. */
  readonly slowNetwork?: boolean;
  /** Acknowledged events get lost here by design; it shows that the injection would notice. */
  readonly isControl?: boolean;
}

/** This machine cannot do it; the reason is printed. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}
