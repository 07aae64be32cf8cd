/**
 * Writes docs/timeouts.md: every timeout and interval of the processes with its reason, as their sources have them, and
 * how they depend on each other. `--check` writes nothing and fails when the file is not what it should be.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format } from "oxfmt";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const TIMEOUTS_PAGE = new URL("../docs/timeouts.md", import.meta.url);

/** One `const …_MS` of a source file. */
export interface Timeout {
  readonly file: string;
  readonly name: string;
  readonly ms: number;
  /** Its comment. */
  readonly reason: string;
}

/** What others have set, on which ours depend. Milliseconds. */
const GIVEN = {
  /** distribution's and GitLab's time for an answer, as docs/operations.md configures it. */
  registryTimeout: 1_000,
  /** What is promised to registries. */
  promisedAnswer: 400,
  /** What an orchestrator waits between SIGTERM and SIGKILL by default. */
  orchestratorKills: 30_000,
  /** Idle time after which common load balancers close a connection. */
  balancerIdle: 60_000,
  /** BullMQ's longest wait for a job. */
  longestWaitForJob: 10_000,
  /** After so long a slow client must be gone. */
  slowClientIsCut: 10_000,
} as const;

/** Milliseconds by `file name:constant`. */
export type Find = (key: string) => number;

export interface Relation {
  readonly text: string;
  readonly holds: (ms: Find) => boolean;
}

/** How the times depend on each other. */
export const RELATIONS: readonly Relation[] = [
  {
    text: "A registry waits 1 s for its answer; the promise is 400 ms; a group of notifications is given up after 350 ms, and with a spool the queue has 150 ms of these, so that two fsyncs fit into the rest.",
    holds: (ms) =>
      2 * ms("spooling-queue:QUEUE_TIMEOUT_MS") < ms("group-commit:CONFIRM_TIMEOUT_MS") &&
      ms("group-commit:CONFIRM_TIMEOUT_MS") < GIVEN.promisedAnswer &&
      GIVEN.promisedAnswer < GIVEN.registryTimeout,
  },
  {
    text: "A command to the queue ends after 400 ms: when its group was given up, and never later than the promised answer.",
    holds: (ms) =>
      ms("group-commit:CONFIRM_TIMEOUT_MS") < ms("bullmq-queue:COMMAND_TIMEOUT_MS") &&
      ms("bullmq-queue:COMMAND_TIMEOUT_MS") <= GIVEN.promisedAnswer,
  },
  {
    text: "A slow client is gone after 10 s at the latest: 5 s for the head or 7 s for all of a request, looked at once a second, and 2 s to spare.",
    holds: (ms) =>
      ms("http-server:HEADERS_TIMEOUT_MS") < ms("http-server:REQUEST_TIMEOUT_MS") &&
      ms("http-server:REQUEST_TIMEOUT_MS") + ms("http-server:CHECK_INTERVAL_MS") + 2_000 <=
        GIVEN.slowClientIsCut,
  },
  {
    text: "An idle connection outlives a load balancer's idle time, so that it is the balancer that closes.",
    holds: (ms) =>
      ms("http-server:KEEP_ALIVE_TIMEOUT_MS") > GIVEN.balancerIdle &&
      ms("main:KEEP_ALIVE_TIMEOUT_MS") > GIVEN.balancerIdle,
  },
  {
    text: "A worker's job lock of 30 s outlives every pause that is no crash, the deadline of a statement included; the jobs of a dead worker are with another one after at most 45 s.",
    holds: (ms) =>
      ms("pool:QUERY_TIMEOUT_MS") < ms("bullmq-consumer:JOB_LOCK_MS") &&
      ms("draining-redis:ANSWER_TIMEOUT_MS") < ms("bullmq-consumer:JOB_LOCK_MS") / 2 &&
      ms("bullmq-consumer:STALLED_CHECK_INTERVAL_MS") < ms("bullmq-consumer:JOB_LOCK_MS"),
  },
  {
    text: "Postgres gives up a wait for a lock (10 s) before the worker gives up the statement (15 s), and ends a session that is silent within a transaction when its worker has given it up.",
    holds: (ms) =>
      ms("pool:LOCK_TIMEOUT_MS") < ms("pool:QUERY_TIMEOUT_MS") &&
      ms("pool:SILENT_TRANSACTION_TIMEOUT_MS") >= ms("pool:QUERY_TIMEOUT_MS"),
  },
  {
    text: "The api's statements end (10 s) before the deadline of their connection (15 s).",
    holds: (ms) => ms("database:STATEMENT_TIMEOUT_MS") < ms("pool:QUERY_TIMEOUT_MS"),
  },
  {
    text: "A connection on which BullMQ waits for jobs may be silent for 10 s; only after 15 s is it dead. Any other command of a worker has 5 s.",
    holds: (ms) =>
      ms("draining-redis:WAITING_TIMEOUT_MS") > GIVEN.longestWaitForJob &&
      ms("draining-redis:ANSWER_TIMEOUT_MS") < ms("draining-redis:WAITING_TIMEOUT_MS"),
  },
  {
    text: "A process that stops has 25 s, of the 30 s after which orchestrators kill. A worker needs at most 5 s for its sweep and then 15 s for the statement under way, beside which it waits 10 s for a queue that is away.",
    holds: (ms) =>
      ms("failed-job-sweep:TIMEOUT_MS") +
        Math.max(ms("bullmq-consumer:CLOSE_LIMIT_MS"), ms("pool:QUERY_TIMEOUT_MS")) <
        ms("lifecycle:STOP_DEADLINE_MS") &&
      ms("lifecycle:STOP_DEADLINE_MS") < GIVEN.orchestratorKills,
  },
  {
    text: "A server that is closed lets open requests finish for 8 s: longer than any may take, and short enough for both ports of a process.",
    holds: (ms) =>
      ms("listen:OPEN_REQUESTS_LIMIT_MS") > ms("http-server:REQUEST_TIMEOUT_MS") &&
      2 * ms("listen:OPEN_REQUESTS_LIMIT_MS") < ms("lifecycle:STOP_DEADLINE_MS"),
  },
  {
    text: "A readiness check answers within 800 ms, before an orchestrator's usual limit of 1 s.",
    holds: (ms) => ms("ops-server:CHECK_TIMEOUT_MS") < 1_000,
  },
];

/** Units and rates, which are no timeouts. */
const NO_TIMEOUT = /^(?:MINUTE|DAY)_MS$|_PER_MS$/;

const CONSTANT =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^(?:export )?const ([A-Z_]+_MS) = ([^;]+);/gm;

/** Every timeout and interval of the processes; commands have their own. */
export function timeouts(): Timeout[] {
  const files = ["packages", "apps"]
    .flatMap((room) => sources(room))
    .filter((file) => !/\.test\.ts$|test-support|^apps\/cli/.test(file))
    .toSorted();
  return files.flatMap((file) => {
    const found: Timeout[] = [];
    const text = readFileSync(`${ROOT}/${file}`, "utf8");
    for (const [, comment, name = "", value = ""] of text.matchAll(CONSTANT)) {
      if (NO_TIMEOUT.test(name)) continue;
      const same = found.find((other) => other.name === value);
      const ms = same?.ms ?? product(value);
      if (Number.isNaN(ms)) throw new Error(`${file}: ${name} is no number`);
      // A comment may be for several that follow each other.
      const reason =
        comment
          ?.replaceAll(/\n\s*\*/g, " ")
          .replaceAll(/\s+/g, " ")
          .trim() ??
        found.at(-1)?.reason ??
        "";
      found.push({ file, name, ms, reason });
    }
    return found;
  });
}

function sources(room: string): string[] {
  return readdirSync(`${ROOT}/${room}`).flatMap((name) =>
    readdirSync(`${ROOT}/${room}/${name}/src`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${room}/${name}/src/${file}`),
  );
}

/** Of numbers like `60 * 1_000`. */
function product(text: string): number {
  return text.split("*").reduce((sum, factor) => sum * Number(factor.replaceAll("_", "")), 1);
}

/** Looks a time up by `file name:constant`; the api's `main` is the one meant by `main`. */
export function finder(all: readonly Timeout[]): Find {
  return (key) => {
    const [file, name] = key.split(":");
    const found = all.find(
      (candidate) => candidate.name === name && candidate.file.endsWith(`/${file}.ts`),
    );
    if (found === undefined) throw new Error(`there is no ${key}`);
    return found.ms;
  };
}

/** The page. @throws Error when a relation does not hold */
export async function renderTimeouts(): Promise<string> {
  const all = timeouts();
  const find = finder(all);
  for (const { text, holds } of RELATIONS) {
    if (!holds(find)) throw new Error(`This does not hold any more: ${text}`);
  }
  const rooms = [...new Set(all.map(({ file }) => roomOf(file)))];
  const parts = [
    "# Timeouts",
    "Every time that a process waits for, with its reason. Written by `npm run docs:timeouts` from the sources, which is where a time is changed; do not edit.",
    "## How they depend on each other",
    RELATIONS.map(({ text }) => `- ${text}`).join("\n"),
    ...rooms.flatMap((room) => [
      `## \`${room}\``,
      table(all.filter(({ file }) => roomOf(file) === room)),
    ]),
  ];
  return (await format("timeouts.md", `${parts.join("\n\n")}\n`, { printWidth: 120 })).code;
}

function roomOf(file: string): string {
  return file.split("/").slice(0, 2).join("/");
}

function table(rows: readonly Timeout[]): string {
  const lines = rows.map(({ file, name, ms, reason }) => {
    const short = file.split("/").slice(3).join("/");
    return `| ${seconds(ms)} | \`${name}\` in [${short}](../${file}) | ${reason.replaceAll("|", "\\|")} |`;
  });
  return ["| time | name | reason |", "| ---: | --- | --- |", ...lines].join("\n");
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toLocaleString("en")} s`;
}

async function main(args: readonly string[]): Promise<void> {
  const text = await renderTimeouts();
  if (!args.includes("--check")) {
    writeFileSync(TIMEOUTS_PAGE, text);
  } else if (text !== readFileSync(TIMEOUTS_PAGE, "utf8")) {
    console.error("docs/timeouts.md is out of date. Run: npm run docs:timeouts");
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  void main(process.argv.slice(2));
}
