import { actorNames } from "@tallyman/events";
import {
  DATABASE_URL,
  flag,
  QUEUE_URL,
  readConfig,
  withPeople,
  type Environment,
} from "@tallyman/runtime";
import { z } from "zod";
import { parseUrl, DEFAULT_URL } from "../send-sample.ts";
import type { Surroundings } from "../surroundings.ts";
import { Progress } from "../progress.ts";
import { PROCESSES, type ProcessName } from "./ask-process.ts";
import { checkConfiguration, type Configuration } from "./check-configuration.ts";
import { checkDatabase } from "./check-database.ts";
import { checkIngest } from "./check-ingest.ts";
import { checkQueue } from "./check-queue.ts";
import { checkSecrets } from "./check-secrets.ts";
import { Findings, type Finding } from "./finding.ts";
import { registryConfiguration, type RegistryConfiguration } from "./registry-configuration.ts";
import { sendThrough } from "./send-through.ts";

export interface DoctorOptions {
  readonly for?: readonly ProcessName[];
  readonly url?: string;
  readonly publicUrl?: string;
  readonly registry?: string;
  readonly databaseUrl?: string;
  readonly send?: boolean;
  /** Seconds. */
  readonly patience: number;
  readonly showSecret?: boolean;
}

/** What a doctor has to say. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly acknowledgedMs?: number;
  readonly visibleMs?: number;
  /** The registry that it is for, and what to put into its own configuration; nothing when ingest is not looked at. */
  readonly registry?: { readonly label: string; readonly configuration: RegistryConfiguration };
}

/**
 * Looks at everything that the chosen processes need. Changes nothing, unless it is to send a sample. Of what `npm
 * start` runs, which only listens on its own machine, it leaves out what matters when others rely on it.
 */
export async function examine(
  surroundings: Surroundings,
  options: DoctorOptions,
): Promise<Diagnosis> {
  const diagnosis = await examineAll(surroundings, options);
  if (!surroundings.environment[OF_NPM_START]) return diagnosis;
  const local = new Findings("configuration");
  local.ok(
    "this is what npm start runs, for this machine alone; what only production needs is left out",
  );
  const findings = diagnosis.findings.filter(({ forProduction }) => forProduction !== true);
  return { ...diagnosis, findings: [...local.found, ...findings] };
}

/** Set by bin/tallyman.js when it has taken its settings from what `npm start` left behind. */
const OF_NPM_START = "TALLYMAN_OF_NPM_START";

async function examineAll(surroundings: Surroundings, options: DoctorOptions): Promise<Diagnosis> {
  const environment = environmentOf(surroundings.environment, options);
  const processes = PROCESSES.filter((name) => options.for?.includes(name) ?? true);
  const progress = new Progress(surroundings);
  const looks = (name: string): boolean => processes.some((process) => process === name);
  try {
    progress.show("reading the configuration");
    const configuration = await checkConfiguration(processes, environment);
    const findings = [...configuration.findings];

    const { findings: secretFindings, secrets } = looks("ingest")
      ? checkSecrets(environment)
      : { findings: [], secrets: [] };
    findings.push(...secretFindings);

    const queue = settingsOf(QUEUE, environment);
    if (queue !== undefined && (looks("ingest") || looks("worker"))) {
      progress.show("looking at the queue");
      findings.push(...(await checkQueue(queue.QUEUE_URL, queue.ALLOW_VOLATILE_QUEUE)));
    }
    const database = settingsOf(DATABASE, environment);
    if (database !== undefined && (looks("worker") || looks("api"))) {
      progress.show("looking at the database");
      const needs = looks("worker") ? "worker" : "reader";
      const people = looks("worker") ? settingsOf(PEOPLE, environment) : undefined;
      const names = people && actorNames(people.ACTOR_NAMES, people.ACTOR_NAMES_KEY);
      findings.push(...(await checkDatabase(database.DATABASE_URL, needs, names)));
    }
    if (!looks("ingest")) return { findings };

    const url = options.url ?? urlOf(configuration);
    const known = secrets.filter(({ registry }) => registry === (options.registry ?? registry));
    if (secrets.length > 0 && known.length === 0) findings.push(...unknownRegistry(options));
    progress.show("asking ingest");
    findings.push(...(await checkIngest(url, known)));
    const sender = known.at(-1);
    let times: { acknowledgedMs?: number; visibleMs?: number } = {};
    if (options.send === true && sender !== undefined) {
      progress.show("sending a sample");
      const patienceMs = options.patience * 1_000;
      const { findings: passed, ...measured } = await sendThrough({
        url,
        databaseUrl: database?.DATABASE_URL ?? "",
        sender,
        patienceMs,
      });
      findings.push(...passed);
      times = measured;
    } else if (options.send === true) {
      const pipe = new Findings("pipe");
      pipe.fault("nothing was sent: there is no secret to send it with", "See the faults above.");
      findings.push(...pipe.found);
    }
    const label = sender?.registry ?? options.registry ?? "default";
    const shown =
      options.showSecret === true && sender !== undefined ? sender.secret : `<secret of ${label}>`;
    const registry = {
      label,
      configuration: registryConfiguration(options.publicUrl ?? url, shown),
    };
    return { findings, ...times, registry };
  } finally {
    progress.end();
  }
}

function unknownRegistry({ registry }: DoctorOptions): readonly Finding[] {
  const findings = new Findings("secrets");
  findings.fault(
    `NOTIFICATION_SECRETS has no secret of ${registry}, so ingest was not asked`,
    "Correct --registry, or give that registry a secret.",
  );
  return findings.found;
}

const QUEUE = z.object({ QUEUE_URL, ALLOW_VOLATILE_QUEUE: flag(false) });
const DATABASE = z.object({ DATABASE_URL });
const PEOPLE = withPeople({});

/** Settings to look behind; nothing when they are faulty, which the check of the configuration has told. */
function settingsOf<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
): Readonly<z.infer<Schema>> | undefined {
  try {
    return readConfig(schema, environment);
  } catch {
    return undefined;
  }
}

function environmentOf(environment: Environment, { databaseUrl }: DoctorOptions): Environment {
  if (databaseUrl === undefined) return environment;
  return { ...environment, DATABASE_URL: databaseUrl, DATABASE_URL_FILE: undefined };
}

/** Where ingest listens when it runs here with these settings. */
function urlOf({ settings: { ingest } }: Configuration): string {
  if (ingest === undefined) return DEFAULT_URL;
  const scheme = ingest["TLS_CERT_FILE"] === undefined ? "http" : "https";
  return parseUrl(`${scheme}://127.0.0.1:${String(ingest["PORT"])}/notifications`);
}
