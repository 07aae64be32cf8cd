/** One run of the load generator. */
export interface LoadOptions {
  readonly port: number;
  /** Value of the Authorization header. */
  readonly authorization: string;
  /** Requests that may be under way at once, each on a connection of its own. */
  readonly connections: number;
  /** Whether a connection serves many requests, or one as registries do it. */
  readonly keepAlive: boolean;
  /** Seconds during which requests are begun; those under way are awaited. */
  readonly seconds: number;
  /** 8 hex digits that begin the id of each event. */
  readonly run: string;
  /** How many different events are sent in turn, each time under a new id. */
  readonly distinctEvents: number;
  /** Requests per second, begun on time whatever the answers; without it each answer begins the next request. */
  readonly rate?: number;
  /** Most events that may be acknowledged and not yet be reported as visible; see `LoadGenerator.setVisible`. */
  readonly window?: number;
}

/** What came of a run. */
export interface LoadResult {
  /** Requests that were begun; the event numbers are 0 to `sent` - 1. */
  readonly sent: number;
  /** Unix time in milliseconds (with fraction) of each event's answer 200, by event number; 0 without one. */
  readonly acknowledgedAt: Float64Array;
  readonly acknowledged: number;
  /** Answers by status other than 200, and connections that broke (as 0). */
  readonly refused: Readonly<Record<number, number>>;
  /** From the first request to the last answer. */
  readonly elapsedSeconds: number;
  /** Milliseconds from a request's start (in an open loop: from when it was due) to its answer 200, ascending. */
  readonly latencies: Float32Array;
  /** Share of one CPU that the generator used. */
  readonly cpuShare: number;
}

/** What the generator's process is told. */
export type LoadCommand =
  | { readonly kind: "run"; readonly options: LoadOptions }
  | { readonly kind: "visible"; readonly events: number };

/** What the generator's process tells. */
export type LoadMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "acknowledged"; readonly events: number }
  | { readonly kind: "result"; readonly result: LoadResult };
