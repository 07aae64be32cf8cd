import { Option, type Command } from "commander";
import { addCommonOptions } from "./common-options.ts";
import { PROCESSES, type ProcessName } from "./doctor/ask-process.ts";
import type { Diagnosis, DoctorOptions } from "./doctor/doctor.ts";
import type { Finding } from "./doctor/finding.ts";
import { parseCount } from "./selection.ts";
import { parseUrl } from "./send-sample.ts";
import { counted, EXIT, print, UsageError, type Surroundings } from "./surroundings.ts";

/** Seconds; more than a worker that was killed needs to be replaced. */
const LONGEST_PATIENCE = 600;

/** Adds `tallyman doctor`. */
export function addDoctor(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  addCommonOptions(program.command("doctor"))
    .summary("Look whether everything is there and right, and say what to do.")
    .description(
      "Look whether everything is there and right: configuration, secrets, queue, workers, database, schema, rights, partitions, ingest. Tells what to do about what is not, and what to put into the registry's own configuration. Writes nothing, unless --send asks for it.",
    )
    .addOption(new Option("--for <processes...>", "only what these need").choices(PROCESSES))
    .option("--url <url>", "where ingest listens; without it, here with its settings", parseUrl)
    .option(
      "--public-url <url>",
      "where registries find ingest, if that is another address",
      parseUrl,
    )
    .option("--registry <label>", "only this registry of NOTIFICATION_SECRETS")
    .option("--send", "also send one event through ingest, queue and worker, and time it")
    .option(
      "--patience <seconds>",
      "how long to wait for that event in the tables",
      parseCount("--patience", LONGEST_PATIENCE),
      15,
    )
    .option("--show-secret", "write the secret into the registry's configuration")
    .addHelpText("after", HELP)
    .action(async (options: DoctorOptions & { json?: boolean }) => {
      checkOptions(options);
      // Loaded only here: the queue's libraries would make every other command slower to start.
      const { examine } = await import("./doctor/doctor.ts");
      const diagnosis = await examine(surroundings, options);
      print(surroundings, options.json ?? false, documentOf(diagnosis), linesOf(diagnosis));
      report(countOf(diagnosis, "fault") === 0 ? EXIT.ok : EXIT.failure);
    });
}

const HELP = `
It reads the environment as the processes do, so give it theirs; where a machine has only one of them, name it with
--for. Ingest is asked with an empty notification, which counts nothing.

--send counts one event: a check (HEAD) of tallyman/doctor:doctor by nobody. It is tracked, and shows in the ledger
and as head_tag; it is no push, no pull, no user and no new repository. To keep it out of a registry's numbers, give
NOTIFICATION_SECRETS a label of its own (doctor=<secret>) and send with --registry doctor.

Exits with 1 when there is a fault; warnings are allowed.

Examples:
  $ tallyman doctor
  $ tallyman doctor --send --public-url https://tallyman.example.com/notifications
  $ tallyman doctor --for ingest --json`;

function checkOptions({ for: processes, send }: DoctorOptions): void {
  const needed: readonly ProcessName[] = ["ingest", "worker"];
  if (
    send === true &&
    processes !== undefined &&
    !needed.every((name) => processes.includes(name))
  ) {
    throw new UsageError("--send needs ingest and worker: leave --for out, or name both.");
  }
}

const countOf = ({ findings }: Diagnosis, status: Finding["status"]): number =>
  findings.filter((finding) => finding.status === status).length;

function documentOf(diagnosis: Diagnosis): unknown {
  const { findings, acknowledgedMs, visibleMs, registry } = diagnosis;
  return {
    ok: countOf(diagnosis, "fault") === 0,
    faults: countOf(diagnosis, "fault"),
    warnings: countOf(diagnosis, "warning"),
    findings,
    acknowledgedMs,
    visibleMs,
    registry,
  };
}

function linesOf(diagnosis: Diagnosis): string[] {
  const lines = diagnosis.findings.flatMap(({ check, status, message, next }) => [
    `${status.padEnd(7)}  ${check.padEnd(13)}  ${message}`,
    ...(next === undefined ? [] : [`${" ".repeat(26)}${next}`]),
  ]);
  const { registry } = diagnosis;
  if (registry !== undefined) {
    const { distribution, gitlab } = registry.configuration;
    lines.push(
      "",
      `For the registry ${registry.label}, in config.yml (distribution 2.8 and 3.x):`,
      "",
      ...distribution.split("\n"),
      "",
      "or in gitlab.rb (keep the endpoints that are in the list already):",
      "",
      ...gitlab.split("\n"),
    );
  }
  const [faults, warnings] = [countOf(diagnosis, "fault"), countOf(diagnosis, "warning")];
  const summary = `${counted(faults, "fault")}, ${counted(warnings, "warning")}`;
  return [...lines, "", faults + warnings === 0 ? "All is well." : `${summary}.`];
}
