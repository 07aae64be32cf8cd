import { cpus, release, totalmem, type } from "node:os";
import type { Outcome } from "./outcome.ts";

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

export interface RunDescription {
  readonly seed: number;
  readonly full: boolean;
  readonly seconds: number;
  readonly versions: Readonly<Record<string, string>>;
}

const INTRODUCTION = `# Reliability, tried

What Tallyman promises, and what became of it when its processes, its servers and its network were broken on purpose.
Written by \`npm run chaos\`; do not edit.

Eight registries (six as upstream's distribution delivers, two as GitLab's) send events, 5 % of them twice and 2 % of
them unusable, while the harm is done. Then all must be counted: no acknowledged event is lost (L), none counted twice
(U), one creation per repository (C), all rollups equal a recount of the tracking rows in SQL and a one-thread reference
model (R), and the queue is empty, with nothing in \`failed\` (E). The ledger balances, no process ends by itself, and
every answer is a 200 or 503 within 500 ms at the client, less the time in which the machine itself stood still.`;

/** The results as docs/reliability.md has them. */
export function toMarkdown(outcomes: readonly Outcome[], run: RunDescription): string {
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const [cpu] = cpus();
  const facts = [
    `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `${run.full ? "full" : "quick"} run of ${Math.round(run.seconds / 60)} min, seed ${run.seed}`,
    versions.join(", "),
    `${cpus().length} × ${cpu?.model ?? "processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
  ];
  const rows = outcomes.map((outcome) =>
    outcome.verdict === "SKIP"
      ? [outcome.fault, "", "", "", "", "", "", `skipped: ${outcome.faults.join("; ")}`]
      : [
          outcome.fault,
          number(outcome.events),
          number(outcome.lost),
          number(outcome.duplicates),
          number(outcome.refused),
          number(outcome.worstMs),
          outcome.recoverySeconds.toFixed(1),
          [outcome.verdict, ...outcome.faults, ...outcome.notes].join("; "),
        ],
  );
  const header = [
    "fault",
    "events",
    "lost",
    "duplicates",
    "503",
    "worst answer, ms",
    "recovery, s",
    "",
  ];
  const table = [header, ["---", ...Array.from({ length: 6 }, () => "---:"), "---"], ...rows]
    .map(
      (cells) =>
        `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`,
    )
    .join("\n");
  return `${INTRODUCTION}\n\n${facts.map((fact) => `- ${fact}`).join("\n")}\n\n${table}\n`;
}

const number = (value: number): string => Math.round(value).toLocaleString("en");
