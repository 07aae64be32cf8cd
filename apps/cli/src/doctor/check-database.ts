import {
  awaitSchema,
  inspectContent,
  inspectServer,
  MINIMUM_SERVER_VERSION,
  openConnection,
  SchemaError,
  type ContentInspection,
  type ServerInspection,
} from "@tallyman/database";
import type { ActorNames } from "@tallyman/events";
import type pg from "pg";
import { explain } from "../explain.ts";
import { counted } from "../surroundings.ts";
import { checkNames } from "./check-names.ts";
import { Findings, type Finding } from "./finding.ts";

/** Milliseconds between two clocks above which days of receipt begin at visibly different times. */
const CLOCK_WARNING_MS = 5_000;

/** SQLSTATE insufficient_privilege: a reader sees nothing of the private schema. */
const FORBIDDEN = "42501";

const LOGINS =
  "Make the logins with deploy/postgres/logins.sql; docs/operations.md, Postgres, tells how.";

/**
 * Judges the database as one of its processes finds it.
 *
 * @param names as a worker would record them; none when no worker is looked at, or its settings are faulty
 */
export async function checkDatabase(
  url: string,
  needs: "worker" | "reader",
  names?: ActorNames,
): Promise<Finding[]> {
  let client: pg.Client;
  try {
    client = await openConnection(url, "tallyman-cli");
  } catch (error) {
    const [message = "", next = "Start it, or correct DATABASE_URL."] = explain(error).split("\n");
    const findings = new Findings("database");
    findings.fault(`it does not answer: ${message}`, next);
    return findings.found;
  }
  try {
    const inspected = await inspectServer(client);
    const server = judgeServer(inspected);
    if (inspected.versionNumber < MINIMUM_SERVER_VERSION) return server;
    const schema = await checkSchema(client);
    if (schema.some(({ status }) => status === "fault")) return [...server, ...schema];
    const content = await inspectContent(client);
    // A reader cannot see which key was used, and needs none.
    const recorded =
      names !== undefined && content.loginMay === "worker" ? await checkNames(client, names) : [];
    return [
      ...server,
      ...schema,
      ...judgeRights(content, needs),
      ...recorded,
      ...judgeContent(content),
    ];
  } finally {
    await client.end().catch(() => undefined);
  }
}

export function judgeServer(server: ServerInspection): Finding[] {
  const findings = new Findings("database");
  const { version, versionNumber, login, superuser, synchronousCommit } = server;
  const { timeZone, dateStyle } = server;
  if (versionNumber < MINIMUM_SERVER_VERSION) {
    findings.fault(`Postgres ${version} is too old`, "Upgrade it to 14 or newer.");
  } else {
    findings.ok(`Postgres ${version} answers ${login}`);
  }
  if (superuser) {
    findings.warningForProduction(
      `${login} is a superuser, which is fine for trying out and more than any process needs`,
      LOGINS,
    );
  }
  if (timeZone !== "UTC") {
    findings.fault(
      `its sessions are in ${timeZone} although they asked for UTC: days would begin at another hour`,
      "A pooler drops the start-up parameter. Connect directly, or set timezone = 'UTC' for the login.",
    );
  }
  if (!dateStyle.startsWith("ISO")) {
    findings.fault(
      `its sessions write dates as ${dateStyle} although they asked for ISO: days would be mistaken`,
      "A pooler drops the start-up parameter. Connect directly, or set datestyle = 'ISO' for the login.",
    );
  }
  if (synchronousCommit === "off") {
    findings.warning(
      "synchronous_commit is off: a crash loses counted events whose jobs are gone already",
      "Set synchronous_commit to on.",
    );
  }
  if (Math.abs(server.clockAheadMs) > CLOCK_WARNING_MS) {
    const ahead = server.clockAheadMs > 0 ? "ahead of" : "behind";
    findings.warning(
      `its clock is ${Math.round(Math.abs(server.clockAheadMs) / 1_000)} s ${ahead} this machine's`,
      "Let both follow a time server: the day of receipt is by ingest's clock.",
    );
  }
  return findings.found;
}

async function checkSchema(client: pg.Client): Promise<Finding[]> {
  const findings = new Findings("schema");
  try {
    await awaitSchema(client, (_attempt, error) => Promise.reject(error));
    findings.ok("is this version's");
  } catch (error) {
    if ((error as { code?: unknown }).code === FORBIDDEN) {
      findings.warning(
        "this login may not see which migrations the database has",
        "Run the doctor with the worker's DATABASE_URL as well.",
      );
    } else {
      // What went wrong ends with what to do about it.
      const text = error instanceof SchemaError ? error.message : explain(error);
      const [what = "", next = "Run: npm run migrate"] = text.split(/\n|(?<=\.) (?=Run)/);
      findings.fault(what, next);
    }
  }
  return findings.found;
}

export function judgeRights(content: ContentInspection, needs: "worker" | "reader"): Finding[] {
  const rights = new Findings("rights");
  const { missingRights, loginMay, members } = content;
  if (missingRights.length > 0) {
    rights.fault(
      `the roles are not complete: ${missingRights.join("; ")}`,
      "Run npm run migrate again; what it may not do it prints for a superuser.",
    );
  } else {
    rights.ok("tallyman_worker and tallyman_reader may do what they must");
  }
  if (loginMay !== "worker" && loginMay !== needs) {
    rights.fault(
      `the login of DATABASE_URL ${loginMay === "reader" ? "may only read" : "may neither count nor read"}`,
      `grant ${needs === "worker" ? "tallyman_worker" : "tallyman_reader"} to <login>;`,
    );
  }
  for (const role of ["tallyman_worker", "tallyman_reader"] as const) {
    if (members[role].length > 0) rights.ok(`${role}: ${members[role].join(", ")}`);
    else rights.warningForProduction(`no login is a member of ${role}`, LOGINS);
  }
  return rights.found;
}

export function judgeContent(content: ContentInspection): Finding[] {
  return [...judgePartitions(content), ...judgeRejected(content)];
}

function judgePartitions({ missingPartitions }: ContentInspection): Finding[] {
  const findings = new Findings("partitions");
  if (missingPartitions.length === 0) findings.ok("there for this month and the next three");
  else {
    const months = missingPartitions.map((day) => day.slice(0, 7)).join(", ");
    findings.warning(
      `none for ${months}; events of these months are counted, and lie in the default partition`,
      "A worker makes them at its start and every hour; its log tells when it cannot.",
    );
  }
  return findings.found;
}

function judgeRejected({ openRejected }: ContentInspection): Finding[] {
  const findings = new Findings("rejected");
  if (openRejected === 0) findings.ok("no event is waiting to be looked at");
  else {
    findings.warning(
      `${counted(openRejected, "event")} could not be counted`,
      "Look at them: tallyman rejected list",
    );
  }
  return findings.found;
}
