import { LAG_INTERVAL_MS, LOADED_SHARE, WINDOW } from "../stages/end-to-end.ts";
import type { Results } from "../results.ts";
import { STALLED_CONNECTIONS } from "../stages/memory.ts";
import { WORKLOAD } from "../workload.ts";
import { isReached, targetsOf, type Target } from "../targets.ts";
import { bytes, short, table, whole } from "./format.ts";
import { growthSection } from "./growth-section.ts";
import { stageSections } from "./stage-tables.ts";

/** The results for people: `docs/benchmarks.md`. */
export function toMarkdown(results: Results): string {
  const sections = [
    `# Benchmarks

Written by \`npm run bench${results.plan === "full" ? " -- --full" : ""}\` on ${results.finishedAt.slice(0, 10)} in ${whole(results.durationSeconds)} s. The machine-readable twin is [benchmarks.json](benchmarks.json).`,
    targetsSection(results),
    ...stageSections(results),
    ...(results.growth === undefined ? [] : [growthSection(results.growth)]),
    HOW_TO_READ,
    machineSection(results),
  ];
  return `${sections.join("\n\n")}\n`;
}

export function targetsSection(results: Results): string {
  const targets = targetsOf(results);
  const missed = targets.filter((target) => !isReached(target));
  return `## Targets

${missed.length === 0 ? "All are reached." : `**Missed: ${missed.map(({ what }) => what).join("; ")}.**`}

${table(
  ["", "target", "measured", "reached"],
  targets.map((target) => [
    target.what,
    `${target.direction === "at least" ? "≥" : "<"} ${withUnit(target, target.wanted)}`,
    withUnit(target, target.measured),
    isReached(target) ? "yes" : "**no**",
  ]),
)}`;
}

function withUnit({ unit }: Target, value: number): string {
  return unit === "×" ? `${short(value)} ×` : `${short(value)} ${unit}`;
}

const HOW_TO_READ = `## How to read this

* Absolute figures belong to this machine and this hour; compare the ratios. Everything (load, contenders, Redis, Postgres) shares the same cores. Figures are medians of interleaved rounds, with the smallest and the largest round in brackets. CPU µs are the contender's own process; they are far less noisy than rates.
* **A rate counts only when it is true.** After each round every acknowledged event is looked for: in the queue's content, or with SQL in the tracking rows, the ledger and the daily rollup. One event missing or counted twice ends the run with an error.
* Every contender gets the same events: one per request, indented as distribution 3.x sends them, about 1,000 bytes, made from a seed. Some 70 % are pulls and HEAD checks, the rest layers, manifests, tags, mounts and deletes; ${whole(WORKLOAD.users)} users by Zipf's law, ${WORKLOAD.baseRepositories + WORKLOAD.teams * WORKLOAD.repositoriesPerTeam} repositories of ${WORKLOAD.tagsPerRepository} tags, times spread over ${WORKLOAD.days} days.
* **Bare \`node:http\`** reads the body and answers 200: it checks, parses and stores nothing. **The textbook** is Express 5 with \`express.json\`, one \`await queue.add\` per event, and a worker with one knex transaction per event, ten at a time. It authenticates, and writes the same tables with the same results. Redis fsyncs before each answer for both.
* The load generator is a process of its own with raw sockets. It competes for the same cores, where it may (as root) with priority: the registries that it stands for have machines of their own.
* The worker is halted while the queue is filled; its clock runs from then until the last event is visible.
* **Sustained rate:** at most ${whole(WINDOW.ours)} events (textbook: ${whole(WINDOW.textbook)}) are acknowledged and not yet visible; so the queue stays near empty and the slowest part decides.
* **Visible** is measured by looking at the ledger every ${LAG_INTERVAL_MS} ms while ${LOADED_SHARE * 100} % of the sustained rate comes in. Postgres tells afterwards which transaction wrote each event and in which order they committed; an event is visible at the first look that shows its transaction. Delays count from when a request was due, so a stall counts against every request that it delayed.
* **Memory** is the kernel's high-water mark of resident memory (VmHWM). Redis is halted (SIGSTOP) while ${whole(STALLED_CONNECTIONS)} connections send.
* COPY writes the tracking rows and nothing else: no keys, no rollups, nothing recognised. It is the limit beside the worker, not an alternative to it.`;

function machineSection({ machine }: Results): string {
  const list = (entries: Readonly<Record<string, string>>): string =>
    Object.entries(entries)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ");
  return `## Machine and settings

${table(
  ["", ""],
  [
    ["processor", `${machine.cpu}, ${machine.cores} cores`],
    ["memory", bytes(machine.memoryBytes)],
    ["system", machine.system],
    ["load average before the run", short(machine.loadBefore)],
    ["versions", list(machine.versions)],
    ["settings", list(machine.settings)],
  ],
)}`;
}
