import { ActorNamesError, agreeOnNames } from "@tallyman/database";
import type { ActorNames } from "@tallyman/events";
import type pg from "pg";
import { Findings, type Finding } from "./finding.ts";

/** Judges whether workers with these settings would record people under the names that the database knows. */
export async function checkNames(client: pg.ClientBase, names: ActorNames): Promise<Finding[]> {
  const findings = new Findings("names");
  try {
    await agreeOnNames(client, names, { note: false });
    findings.ok(RECORDED[names.mode]);
  } catch (error) {
    if (!(error instanceof ActorNamesError)) throw error;
    findings.fault(error.what, error.next);
  }
  return findings.found;
}

const RECORDED: Readonly<Record<ActorNames["mode"], string>> = {
  plain: "people are recorded as they are sent",
  pseudonym: "people are recorded by pseudonyms, with the key of this database",
  off: "nobody is recorded by name",
};
