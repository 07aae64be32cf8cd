/**
 * Writes .env.example from the configuration schemas of the apps and, for the rest, from what docker-compose.yml asks
 * for. `--check` writes nothing and fails when the file is not what it should be.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { DATABASE_URL, QUEUE_URL } from "@tallyman/runtime";
import { z } from "zod";
import { CONFIG as API } from "../apps/api/src/config.ts";
import { CONFIG as INGEST } from "../apps/ingest/src/config.ts";
import { CONFIG as WORKER } from "../apps/worker/src/config.ts";

export const ENV_EXAMPLE = new URL("../.env.example", import.meta.url);

/** The schema of migrate stands in its main.ts, which cannot be imported without running. */
const APPS: Readonly<Record<string, z.ZodObject>> = {
  ingest: INGEST,
  worker: WORKER,
  api: API,
  migrate: z.object({ DATABASE_URL, QUEUE_URL }),
};

/** What each setting is for. A setting without a line here takes the description of its schema. */
const MEANINGS: Readonly<Record<string, string>> = {
  NOTIFICATION_SECRETS:
    "Secrets of the registries: registry=secret pairs, comma-separated. A registry may have several, a secret only one registry; at least 16 characters each.",
  DATABASE_URL: "Postgres 14 or newer. Each process has a login of its own.",
  QUEUE_URL: "The queue: redis:// or rediss://, or postgres:// to keep it in Postgres.",
  ALLOW_VOLATILE_QUEUE:
    "true accepts a Redis without an append-only file, which loses acknowledged events when it restarts.",
  API_TOKENS:
    "Bearer tokens of the api, comma-separated, at least 16 characters each. Without any it listens on loopback only and asks for none.",
  USER_DIRECTORY:
    "open: unknown names become users. closed: only names in the table users count as users.",
  ACTOR_NAMES:
    "plain: names of actors as they were sent. pseudonym: a pseudonym for each, so that all counts stay exact. off: no names, and nobody counts as a user. See docs/privacy.md.",
  HOST: "Address to listen on.",
  PORT: "Port to listen on.",
  OPS_PORT: "Port of /livez, /readyz and /metrics. Keep it inside.",
  MAX_BODY_BYTES: "Largest notification in bytes; a larger one gets 413.",
  LOG_LEVEL: "error, warn, info or debug. debug shows names of people.",
};

/** Only docker-compose.yml reads these. The empty ones are secrets, which deploy/make-env.sh fills in. */
const COMPOSE = `
# The registry's secret: it sends this, and ingest must know it. Written into a URL or YAML, so letters and digits only,
# like all passwords here.
REGISTRY_SECRET=
NOTIFICATION_SECRETS=main=\${REGISTRY_SECRET}

# Bearer token of the api.
API_TOKENS=

# Passwords of the queue: of the processes, and of the person on call.
REDIS_PASSWORD=
REDIS_ADMIN_PASSWORD=

# Most memory of the queue; above 80 % of it ingest answers 503.
# REDIS_MAXMEMORY=512mb

# Passwords of the database's logins. They are set when Postgres first starts; docs/operations.md says how to change them.
POSTGRES_PASSWORD=
DB_MIGRATE_PASSWORD=
DB_WORKER_PASSWORD=
DB_API_PASSWORD=
DB_GRAFANA_PASSWORD=

# Password of the user admin in Grafana.
GRAFANA_ADMIN_PASSWORD=
`;

/** Columns of a comment. */
const WIDTH = 118;

/** A setting and the apps that have it, each with its default; undefined when there is none. */
interface Setting {
  readonly name: string;
  readonly meaning: string;
  readonly apps: Map<string, string | undefined>;
}

/** The whole text of .env.example. */
export function renderEnvExample(): string {
  return `# Settings of Tallyman, made by scripts/env-example.ts from the schemas of the apps.

# --- Settings of the processes -----------------------------------------------------------------------------------------
# Each can also be given as NAME_FILE, the path of a file that holds the value. With --check-config a process prints what
# it would run with.

${settings().map(renderSetting).join("\n")}
# --- docker compose ----------------------------------------------------------------------------------------------------
# docker-compose.yml makes the addresses above itself. \`sh deploy/make-env.sh\` copies this file to .env with new secrets.
${COMPOSE}`;
}

function settings(): Setting[] {
  const found = new Map<string, Setting>();
  for (const [app, schema] of Object.entries(APPS)) {
    for (const [name, field] of Object.entries(schema.shape)) {
      const meaning = MEANINGS[name] ?? (field as z.ZodType).description;
      if (meaning === undefined) throw new Error(`Describe ${name} in MEANINGS.`);
      const setting = found.get(name) ?? { name, meaning, apps: new Map() };
      setting.apps.set(app, defaultOf(field as z.ZodType));
      found.set(name, setting);
    }
  }
  return [...found.values()];
}

function defaultOf(field: z.ZodType): string | undefined {
  const { success, data } = field.safeParse(undefined);
  if (!success) return undefined;
  if (typeof data === "number" || typeof data === "boolean") return String(data);
  return typeof data === "string" ? data : "";
}

function renderSetting({ name, meaning, apps }: Setting): string {
  const values = new Set(apps.values());
  const [first] = values;
  const users = [...apps].map(([app, value]) =>
    values.size > 1 ? `${app} (${value ?? "required"})` : app,
  );
  const need = first === undefined ? ", required" : "";
  return `${comment(meaning)}${comment(`For ${users.join(", ")}${need}.`)}# ${name}=${first ?? ""}\n`;
}

function comment(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length < WIDTH) lines[lines.length - 1] = line;
    else lines.push(` ${word}`);
  }
  return lines.map((line) => `#${line}\n`).join("");
}

/** The file as it is, empty when there is none. */
function current(): string {
  try {
    return readFileSync(ENV_EXAMPLE, "utf8");
  } catch {
    return "";
  }
}

function main(args: readonly string[]): void {
  const text = renderEnvExample();
  if (!args.includes("--check")) {
    writeFileSync(ENV_EXAMPLE, text);
  } else if (text !== current()) {
    console.error(".env.example is out of date. Run: npm run docs:env");
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
