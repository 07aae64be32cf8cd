/** Often enough that a partition is there long before its month begins. */
const INTERVAL_MS = 60 * 60 * 1_000;

/** After a failure: the database may just be away. */
const RETRY_MS = 60_000;

export interface MaintenanceOptions {
  readonly run: () => Promise<unknown>;
  readonly onError: (error: unknown) => void;
  /** Milliseconds from the end of a run to the next, and after one that failed. */
  readonly intervalMs?: number;
  readonly retryMs?: number;
}

/** Does a chore now and then, once an hour unless told otherwise, and sooner again when it failed. */
export function startMaintenance({
  run,
  onError,
  intervalMs = INTERVAL_MS,
  retryMs = RETRY_MS,
}: MaintenanceOptions): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let current: Promise<void>;
  const round = async (): Promise<void> => {
    let next = intervalMs;
    try {
      await run();
    } catch (error) {
      onError(error);
      next = retryMs;
    }
    if (stopped) return;
    timer = setTimeout(() => {
      current = round();
    }, next);
    timer.unref();
  };
  current = round();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
