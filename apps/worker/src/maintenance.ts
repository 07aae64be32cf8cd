/** Often enough that a partition is there long before its month begins. */
const INTERVAL_MS = 60 * 60 * 1_000;

/** After a failure: the database may just be away. */
const RETRY_MS = 60_000;

export interface MaintenanceOptions {
  readonly run: () => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/** Does a chore now and then once an hour, sooner again when it failed. */
export function startMaintenance({ run, onError }: MaintenanceOptions): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let current: Promise<void>;
  const round = async (): Promise<void> => {
    let next = INTERVAL_MS;
    try {
      await run();
    } catch (error) {
      onError(error);
      next = RETRY_MS;
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
