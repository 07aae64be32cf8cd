const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Lets something be undone when a signal ends the process in the middle of it. The process then ends as it would have
 * without anybody listening.
 *
 * @param undo must be done when it returns
 * @returns call it when there is nothing to undo any more
 */
export function whenInterrupted(undo: () => void): () => void {
  const listen = (signal: NodeJS.Signals): void => {
    undo();
    forget();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, listen);
  };
  for (const signal of SIGNALS) process.on(signal, listen);
  return forget;
}
