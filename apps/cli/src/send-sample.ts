import { randomUUID } from "node:crypto";
import type { Environment } from "@tallyman/runtime";
import { Argument, Option, type Command } from "commander";
import {
  adviceFor,
  postNotification,
  UnreachableError,
  type Answer,
} from "./sample/post-notification.ts";
import {
  impossible,
  SAMPLE_ACTIONS,
  SAMPLE_TARGETS,
  sampleEnvelope,
  SENDERS,
  type Envelope,
  type Sample,
  type SampleAction,
} from "./sample/sample-event.ts";
import { senderSecret, type SecretOptions } from "./sample/sender-secret.ts";
import { parseCount } from "./selection.ts";
import { counted, EXIT, print, UsageError, type Surroundings } from "./surroundings.ts";
import { Progress } from "./progress.ts";

/** Where ingest listens when it runs on this machine and was not told otherwise. */
export const DEFAULT_URL = "http://127.0.0.1:8080/notifications";

/** One at a time, as a registry sends: that many take minutes. */
const MOST_EVENTS = 100_000;

type SampleFields = Omit<Sample, "action" | "id" | "timestamp" | "host" | "target">;

interface Options extends SampleFields, SecretOptions {
  readonly target?: Sample["target"];
  readonly count: number;
  readonly url?: string;
  readonly registryHost: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `tallyman send-sample`. */
export function addSendSample(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  program
    .command("send-sample")
    .summary("Send a notification as a registry would, and show the answer.")
    .description(
      "Send a notification as a registry would, and show the answer. It counts like any other event of the registry whose secret it is sent with.",
    )
    .addArgument(
      new Argument("[action]", "what somebody does").choices(SAMPLE_ACTIONS).default("push"),
    )
    .addOption(
      new Option("--target <kind>", "with what (default: tag, of a mount blob)").choices(
        SAMPLE_TARGETS,
      ),
    )
    .option("--repository <path>", "in which repository", "tallyman/sample")
    .option("--tag <tag>", "by which tag", "latest")
    .option("--digest <digest>", "of which content; without it, made of repository and tag")
    .option("--size <bytes>", "how large", parseCount("--size", Number.MAX_SAFE_INTEGER))
    .option("--from <path>", "from which repository a blob is mounted", "tallyman/base")
    .option("--actor <name>", "who; without it, an anonymous event")
    .option("--user-type <type>", "how the actor has logged in; only gitlab tells")
    .addOption(
      new Option("--sender <dialect>", "in whose words").choices(SENDERS).default("distribution-3"),
    )
    .option("--registry-host <host>", "where the registry says it is", "localhost:5000")
    .option(
      "--count <n>",
      "how many, one after the other",
      parseCount("--count", MOST_EVENTS, 1),
      1,
    )
    .option("--url <url>", "where ingest listens; without it, here at PORT (8080)", parseUrl)
    .option("--registry <label>", "as which registry of NOTIFICATION_SECRETS; the first otherwise")
    .option("--secret-file <file>", "file that holds the secret, instead of NOTIFICATION_SECRETS")
    .option("--dry-run", "print the first request's body and send nothing")
    .option("--json", "answer with one JSON document")
    .addHelpText("after", HELP)
    .action(async (action, options) => report(await sendSample(surroundings, action, options)));
}

const HELP = `
The secret comes from NOTIFICATION_SECRETS (or NOTIFICATION_SECRETS_FILE), as ingest has it. Exits with 1 unless
every answer was 200.

Examples:
  $ tallyman send-sample
  $ tallyman send-sample pull --repository team/app --tag 1.4 --actor mira --count 20
  $ tallyman send-sample delete --target manifest --registry harbour --url https://tallyman.example.com/notifications
  $ tallyman send-sample push --sender gitlab --actor mira --user-type build --dry-run`;

/** A web address. */
export function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError(`${text} is no address; give one like ${DEFAULT_URL}.`);
  }
  return text;
}

/** Where ingest listens on this machine with these settings. */
function urlHere({ PORT, TLS_CERT_FILE }: Environment): string {
  if (!PORT && !TLS_CERT_FILE) return DEFAULT_URL;
  return parseUrl(`${TLS_CERT_FILE ? "https" : "http"}://127.0.0.1:${PORT || 8080}/notifications`);
}

async function sendSample(
  surroundings: Surroundings,
  action: SampleAction,
  options: Options,
): Promise<number> {
  const { json = false, count, url = urlHere(surroundings.environment) } = options;
  const next = makerOf(action, options);
  if (options.dryRun === true) {
    const { contentType, body } = next();
    print(surroundings, json, { url, contentType, body }, body.split("\n"));
    return EXIT.ok;
  }
  const { registry, secret } = await senderSecret(surroundings.environment, options);
  // GitLab's registry is set up with the bare secret.
  const authorization = options.sender === "gitlab" ? secret : `Bearer ${secret}`;
  const tally = new Tally();
  const progress = new Progress(surroundings);
  let unreachable: UnreachableError | undefined;
  try {
    for (let sent = 0; sent < count; sent++) {
      const answer = await postNotification({ url, authorization, ...next() });
      tally.add(answer);
      // A registry would send it again for ever; here the answer is what was asked for.
      if (answer.status !== 200) break;
      if (count > 1) progress.show(`${sent + 1} of ${counted(count, "event")}`);
    }
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    unreachable = error;
  } finally {
    progress.end();
  }
  const advice = unreachable?.next ?? adviceFor(tally.last?.status ?? 200, registry);
  const lines = [
    `POST ${url} as ${registry}, ${counted(count, "event")}`,
    ...tally.lines(),
    ...(unreachable === undefined ? [] : [unreachable.message]),
    ...(advice === undefined ? [] : [advice]),
  ];
  const document = {
    url,
    registry,
    asked: count,
    ...tally.document(),
    ...(unreachable === undefined ? {} : { error: unreachable.message }),
    ...(advice === undefined ? {} : { next: advice }),
  };
  print(surroundings, json, document, lines);
  return advice === undefined ? EXIT.ok : EXIT.failure;
}

/** Makes one event after the other, each with an id and a time of its own. */
function makerOf(action: SampleAction, options: Options): () => Envelope {
  const { target = action === "mount" ? "blob" : "tag", registryHost: host } = options;
  const fault = impossible({ action, target });
  if (fault !== undefined) throw new UsageError(fault);
  if (options.userType !== undefined && options.sender !== "gitlab") {
    throw new UsageError("--user-type goes with --sender gitlab: other registries do not tell it.");
  }
  return () => {
    const timestamp = new Date().toISOString();
    return sampleEnvelope({ ...options, action, target, host, id: randomUUID(), timestamp });
  };
}

/** What the answers were. */
class Tally {
  last: Answer | undefined;
  #accepted = 0;
  #answers = 0;
  #slowest = 0;
  #sum = 0;

  add(answer: Answer): void {
    this.last = answer;
    this.#answers++;
    if (answer.status === 200) this.#accepted++;
    this.#slowest = Math.max(this.#slowest, answer.milliseconds);
    this.#sum += answer.milliseconds;
  }

  #mean(): number {
    return this.#answers === 0 ? 0 : this.#sum / this.#answers;
  }

  document(): object {
    return {
      accepted: this.#accepted,
      ...(this.last === undefined ? {} : { status: this.last.status, answer: this.last.body }),
      meanMilliseconds: rounded(this.#mean()),
      slowestMilliseconds: rounded(this.#slowest),
    };
  }

  lines(): string[] {
    if (this.last === undefined) return [];
    const { status, body, milliseconds } = this.last;
    const lines = [`${status} ${body.slice(0, 500)} in ${rounded(milliseconds)} ms`];
    if (this.#answers > 1) {
      lines.push(
        `${this.#accepted} accepted, ${rounded(this.#mean())} ms each, ${rounded(this.#slowest)} ms at most`,
      );
    }
    return lines;
  }
}

/** With one digit after the point. */
export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
