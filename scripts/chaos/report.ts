import { cpus, release, totalmem, type } from "node:os";
import type { Outcome } from "./outcome.ts";
import { PROMISE, type PromiseProof } from "./promise.ts";
import type { Result } from "./results.ts";

/** One line for the terminal. */
export function lineOf(outcome: Outcome, seed: number, full: boolean): string {
  const { name, verdict, faults, notes } = outcome;
  if (verdict === "SKIP") return `SKIP  ${name}: ${faults.join("; ")}`;
  const figures = [
    `${outcome.events} events`,
    `${outcome.acknowledged} acknowledged`,
    `${outcome.lost} lost`,
    `${outcome.duplicates} duplicates`,
    `${outcome.refused} × 503`,
    `worst answer ${Math.round(outcome.worstMs)} ms`,
    `recovered in ${outcome.recoverySeconds.toFixed(1)} s`,
  ];
  const line = `${verdict}  ${name}: ${[...figures, ...notes].join(", ")}`;
  if (verdict === "PASS") return line;
  return [
    line,
    ...faults.map((fault) => `      ${fault}`),
    `      again: ${replay(name, seed, full)}`,
  ].join("\n");
}

function replay(name: string, seed: number, full: boolean): string {
  return `npm run chaos -- --seed ${seed} --only ${name}${full ? " --full" : ""}`;
}

const INTRODUCTION = `# Reliability, tried

What Tallyman promises, and what became of it when its processes, its servers and its network were broken on purpose.
Written by \`npm run chaos:report\` from the results of \`npm run chaos\`; do not edit.

Eight registries (six as upstream's distribution delivers, two as GitLab's) send events, 5 % of them twice and 2 % of
them unusable, while the harm is done. Then all must be counted: no acknowledged event is lost (L), none counted twice
(U), one creation per repository (C), all rollups equal a recount of the tracking rows in SQL and a one-thread reference
model (R), and the queue is empty, with nothing in \`failed\` (E). The ledger balances, no process ends by itself, and
every answer is a 200 or 503 within 500 ms at the client, less the time in which the machine itself stood still.`;

const FIGURES = [
  "run: full does the harm as often and as long as production may see it; quick a few times, with outages of seconds, and with job locks of 3 s where a job lock must run out",
  "sent: different events, duplicates of a sender left out; acknowledged: events of deliveries answered with 200, repeated ones included",
  "lost: acknowledged events that are nowhere; duplicates: events that arrived again and were recognised; 503: refused deliveries, which the registry sent again",
  "recovery: seconds from the end of the fault until everything was delivered and counted; where nobody was told that a worker had died, a job lock of 30 s is in it",
];

/** The results as docs/reliability.md has them. */
export function toMarkdown(results: readonly Result[]): string {
  const dates = results
    .map(({ finishedAt }) => finishedAt.slice(0, 16).replace("T", " "))
    .toSorted();
  const [cpu] = cpus();
  const facts = [
    `${dates[0]} to ${dates.at(-1)} UTC, seed ${unique(results.map(({ seed }) => String(seed)))}`,
    unique(results.map(({ versions }) => Object.entries(versions).flat().join(" "))),
    `${cpus().length} × ${cpu?.model ?? "processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, shared with other work`,
    ...FIGURES,
  ];
  const faults = results.map((result) => [
    `\`${result.outcome.name}\``,
    result.outcome.fault,
    ...figuresOf(result),
  ]);
  return [
    INTRODUCTION,
    facts.map((fact) => `- ${fact}`).join("\n"),
    table(HEADER, faults),
    "## Which fault proves which sentence",
    table(
      ["promise", "faults", "further tests"],
      PROMISE.map((proof) => rowOf(proof, results)),
    ),
    `One fault again: \`npm run chaos -- --seed <seed> --only <name>\`, with \`--full\` where the run was full. All of them:
\`npm run chaos -- --full\`, which takes about two hours.
`,
  ].join("\n\n");
}

const HEADER = [
  "name",
  "what was done",
  "run",
  "sent",
  "acknowledged",
  "lost",
  "duplicates",
  "503",
  "worst answer, ms",
  "recovery, s",
  "verdict",
];

function figuresOf({ outcome, full }: Result): string[] {
  const { verdict, faults, notes } = outcome;
  if (verdict === "SKIP") {
    return [...HEADER.slice(2, -1).map(() => ""), `skipped: ${faults.join("; ")}`];
  }
  return [
    full ? "full" : "quick",
    number(outcome.events),
    number(outcome.acknowledged),
    number(outcome.lost),
    number(outcome.duplicates),
    number(outcome.refused),
    number(outcome.worstMs),
    outcome.recoverySeconds.toFixed(1),
    [verdict, ...faults, ...notes].join("; "),
  ];
}

function rowOf({ sentence, faults, tests }: PromiseProof, results: readonly Result[]): string[] {
  const verdictOf = (name: string): string =>
    results.find(({ outcome }) => outcome.name === name)?.outcome.verdict ?? "not run";
  return [
    sentence,
    faults.map((name) => `\`${name}\` (${verdictOf(name)})`).join(", "),
    tests.map(([file, title]) => `[${title}](../${file})`).join("; "),
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function unique(texts: readonly string[]): string {
  return [...new Set(texts)].join(", ");
}

const number = (value: number): string => Math.round(value).toLocaleString("en");
