import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { openConnection } from "@tallyman/database";
import type { RegistrySecret } from "@tallyman/runtime";
import type pg from "pg";
import { explain } from "../explain.ts";
import { adviceFor, postNotification, UnreachableError } from "../sample/post-notification.ts";
import { sampleEnvelope } from "../sample/sample-event.ts";
import { rounded } from "../send-sample.ts";
import { Findings, type Finding } from "./finding.ts";

/** The repository of the doctor's own event. */
export const DOCTOR_REPOSITORY = "tallyman/doctor";

/** Milliseconds between two looks at the tables. */
const INTERVAL_MS = 5;

export interface SendThroughOptions {
  readonly url: string;
  readonly databaseUrl: string;
  readonly sender: RegistrySecret;
  /** Milliseconds to wait for the event in the tables. */
  readonly patienceMs: number;
}

export interface Passage {
  readonly findings: readonly Finding[];
  /** Milliseconds from the request to ingest's answer. */
  readonly acknowledgedMs?: number;
  /** Milliseconds from the request until the event was in the tables. */
  readonly visibleMs?: number;
}

/**
 * Sends one event through ingest, queue and worker, and waits until it is in the tables. It is a check (HEAD) of a tag
 * by nobody: the only kind that is no push, no pull, no user and no new repository.
 */
export async function sendThrough(options: SendThroughOptions): Promise<Passage> {
  const findings = new Findings("pipe");
  let client: pg.Client;
  try {
    client = await openConnection(options.databaseUrl, "tallyman-cli");
  } catch (error) {
    findings.fault(`nothing was sent: ${explain(error).split("\n")[0]}`, "See the database above.");
    return { findings: findings.found };
  }
  try {
    return { ...(await pass(options, client, findings)), findings: findings.found };
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function pass(
  { url, sender, patienceMs }: SendThroughOptions,
  client: pg.Client,
  findings: Findings,
): Promise<Omit<Passage, "findings">> {
  const id = randomUUID();
  const timestamp = new Date().toISOString();
  const envelope = sampleEnvelope({
    sender: "distribution-3",
    action: "head",
    target: "tag",
    repository: DOCTOR_REPOSITORY,
    tag: "doctor",
    from: DOCTOR_REPOSITORY,
    host: "localhost",
    id,
    timestamp,
  });
  const authorization = `Bearer ${sender.secret}`;
  const started = performance.now();
  let acknowledgedMs: number;
  try {
    const answer = await postNotification({ url, authorization, ...envelope });
    acknowledgedMs = rounded(answer.milliseconds);
    const advice = adviceFor(answer.status, sender.registry);
    if (advice !== undefined) {
      findings.fault(`a sample was answered ${answer.status}`, advice);
      return {};
    }
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    findings.fault(error.message, error.next);
    return {};
  }
  const found = await awaitRow(client, id, timestamp, started + patienceMs);
  const visibleMs = rounded(performance.now() - started);
  if (found === undefined) {
    findings.fault(
      `a sample was acknowledged after ${acknowledgedMs} ms, and is not in the tables of DATABASE_URL after ${patienceMs / 1_000} s`,
      "Look at the workers and the queue above: is a worker there, does it reach the database, is it behind, are both the ones that ingest uses?",
    );
    return { acknowledgedMs };
  }
  if (found.rejected) {
    findings.fault(
      "a sample was rejected: the worker is not of this version",
      "Start the workers of this version; then tallyman rejected list shows the sample.",
    );
  } else if (found.registry !== sender.registry) {
    findings.warning(
      `a sample of ${sender.registry} was counted for ${found.registry}: ingest has this secret under another label`,
      "Give NOTIFICATION_SECRETS the same labels here and there.",
    );
  } else {
    findings.ok(
      `a sample was acknowledged after ${acknowledgedMs} ms and counted after ${visibleMs} ms`,
    );
  }
  return { acknowledgedMs, visibleMs };
}

interface Row {
  readonly registry: string;
  readonly rejected: boolean;
}

/** The time is in the question because the table is divided by it. */
const ROW = `
select registry, false as rejected from tracking_events where occurred_at = $2 and event_id = $1
union all
select registry, true from rejected_events where event_id = $1 and received_at >= $2::timestamptz - interval '1 day'`;

/** @param deadline as of `performance.now()` */
async function awaitRow(
  client: pg.Client,
  id: string,
  timestamp: string,
  deadline: number,
): Promise<Row | undefined> {
  for (;;) {
    const { rows } = await client.query<Row>(ROW, [id, timestamp]);
    if (rows[0] !== undefined || performance.now() > deadline) return rows[0];
    await wait(INTERVAL_MS);
  }
}
