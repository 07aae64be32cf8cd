import { inspectQueue, MEMORY_LIMIT, type QueueInspection } from "@tallyman/queue";
import { counted } from "../surroundings.ts";
import { Findings, type Finding } from "./finding.ts";

/** Share of maxmemory from which somebody should look. */
const MEMORY_WARNING = 0.5;

/** Seconds that a job may wait before the workers count as behind. */
const LAG_WARNING_S = 60;

const BEHIND = "Start more workers, or look at their logs and at the database.";

/** Judges the queue and whether somebody works on it. */
export async function checkQueue(url: string, allowVolatile: boolean): Promise<Finding[]> {
  try {
    return judgeQueue(await inspectQueue({ url }, allowVolatile), Date.now());
  } catch (error) {
    const findings = new Findings("queue");
    findings.fault(`it does not answer: ${messageOf(error)}`, adviceFor(error));
    return findings.found;
  }
}

/** @param now milliseconds since 1970 */
export function judgeQueue(queue: QueueInspection, now: number): Finding[] {
  const findings = new Findings("queue");
  findings.ok(`${queue.server} answers`);
  for (const fault of queue.verdict.faults) {
    findings.fault(fault, "docs/operations.md, Redis, has its settings.");
  }
  for (const warning of queue.verdict.warnings) {
    findings.warning(warning, "docs/operations.md, Redis, has its settings.");
  }
  judgeMemory(queue, findings);
  const { waiting, active, delayed, failed } = queue.depth;
  const jobs = `${counted(waiting, "job")} waiting, ${active} at work, ${delayed} delayed, ${failed} failed`;
  if (failed > 0) {
    findings.warning(
      `${jobs}; a failed job keeps its events uncounted`,
      "Workers put failed jobs back every minute. If they stay, the log of the worker says why.",
    );
  } else {
    findings.ok(jobs);
  }
  return [...findings.found, ...judgeWorkers(queue, now)];
}

function judgeMemory({ memory }: QueueInspection, findings: Findings): void {
  if (memory === undefined) return;
  const used = `${megabytes(memory.used)} MB in use`;
  if (memory.limit === 0) {
    findings.warningForProduction(
      `${used}, without a limit: it cannot refuse in time, and the machine may run out of memory`,
      "Set maxmemory well below the memory of its machine.",
    );
    return;
  }
  const share = memory.used / memory.limit;
  const text = `${used} of ${megabytes(memory.limit)} MB`;
  if (share >= MEMORY_LIMIT) {
    findings.fault(
      `${text}: above ${MEMORY_LIMIT * 100} % ingest takes nothing more and answers 503`,
      "It ends by itself once workers have caught up; more maxmemory helps at once.",
    );
  } else if (share >= MEMORY_WARNING) {
    findings.warning(`${text}; above ${MEMORY_LIMIT * 100} % ingest answers 503`, BEHIND);
  } else {
    findings.ok(text);
  }
}

function judgeWorkers(
  { workers, depth, oldestWaitingAt }: QueueInspection,
  now: number,
): Finding[] {
  const findings = new Findings("workers");
  if (workers === undefined) {
    findings.warning(
      "the queue's login may not list connections, so nobody can tell whether a worker is there",
      "Allow it with: ACL SETUSER <login> +client|list. Or ask each worker's /readyz.",
    );
  } else if (workers === 0) {
    const waiting = depth.waiting === 0 ? "" : `, and ${counted(depth.waiting, "job")} wait`;
    findings.fault(`nobody works on this queue${waiting}`, "Start one: npm run start:worker");
  } else {
    findings.ok(`${counted(workers, "worker")} at this queue`);
  }
  const seconds = oldestWaitingAt === undefined ? 0 : (now - oldestWaitingAt.getTime()) / 1_000;
  if (seconds >= LAG_WARNING_S) {
    findings.warning(`the oldest job has waited for ${Math.round(seconds)} s`, BEHIND);
  }
  return findings.found;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}

function messageOf(error: unknown): string {
  const { message = "", code = "" } = error as { message?: string; code?: string };
  return message === "" ? code : message;
}

function adviceFor(error: unknown): string {
  const message = messageOf(error);
  if (/WRONGPASS|NOAUTH|password authentication/.test(message)) {
    return "Correct the user and the password in QUEUE_URL.";
  }
  if (/schema|relation .* does not exist|migrat/i.test(message)) {
    return "The queue's tables are not there. Run: npm run migrate";
  }
  return "Start it, or correct QUEUE_URL.";
}
