/**
 * Lets through one call per interval. A server that is away makes hundreds of equal errors a second, which would fill
 * the log and slow the process down.
 *
 * @param intervalMs milliseconds between two calls that are let through
 * @param run gets the call's value and how many calls were left out since the last one
 */
export function throttle<T>(
  intervalMs: number,
  run: (value: T, suppressed: number) => void,
  now: () => number = Date.now,
): (value: T) => void {
  let last = -Infinity;
  let suppressed = 0;
  return (value) => {
    if (now() - last < intervalMs) {
      suppressed++;
      return;
    }
    last = now();
    run(value, suppressed);
    suppressed = 0;
  };
}
