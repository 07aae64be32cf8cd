import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";

/** What a client may see of the promised 400 ms. */
const LONGEST_ANSWER_MS = 500;

/** Every answer is 200 or 503. A redirect would be success for a registry, and 4xx is for strangers. */
export function checkStatuses({ log, faults }: World): void {
  for (const [what, count] of log.statuses) {
    if (what === 200 || what === 503 || what === "unreachable" || what === "timeout") continue;
    faults.push(`${count} deliveries were answered with ${what}`);
  }
}

/**
 * Whether every answer came in time. The machine's own pauses are taken off; so is a network that is bad by itself.
 *
 * @returns what was late
 */
export function lateAnswers({ slowNetwork = false }: Scenario, { log }: World): string[] {
  if (slowNetwork || log.worstFairMs <= LONGEST_ANSWER_MS) return [];
  const timeouts = log.count("timeout");
  return [
    `an answer took ${Math.round(log.worstFairMs)} ms${timeouts > 0 ? `; ${timeouts} timeouts` : ""}`,
  ];
}

/** Nothing of the fleet may end unless it was killed. */
export function checkProcesses({ fleet, faults }: World): void {
  for (const { options, crashes } of fleet.all) {
    const own = crashes.filter(({ signal }) => signal !== "SIGKILL");
    if (own.length > 0) faults.push(`${options.name} ended ${own.length} times by itself`);
  }
}
