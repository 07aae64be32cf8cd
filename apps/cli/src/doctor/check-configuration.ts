import { askProcess, type ProcessName } from "./ask-process.ts";
import { Findings, type Finding } from "./finding.ts";
import type { Environment } from "@tallyman/runtime";

export interface Configuration {
  readonly findings: readonly Finding[];
  /** What each process would run with, secrets hidden; nothing of one whose configuration is faulty. */
  readonly settings: Readonly<Partial<Record<ProcessName, Readonly<Record<string, unknown>>>>>;
}

/** Reads the environment as each of the processes would. Every fault is told, and each one once. */
export async function checkConfiguration(
  processes: readonly ProcessName[],
  environment: Environment,
): Promise<Configuration> {
  const findings = new Findings("configuration");
  const answers = await Promise.all(
    processes.map(async (name) => [name, await askProcess(name, environment)] as const),
  );
  const settings: Partial<Record<ProcessName, Readonly<Record<string, unknown>>>> = {};
  const complete: string[] = [];
  const faults = new Map<string, string[]>();
  for (const [name, answer] of answers) {
    if (answer.kind === "complete") {
      settings[name] = answer.settings;
      complete.push(name);
      continue;
    }
    for (const fault of answer.faults) faults.set(fault, [...(faults.get(fault) ?? []), name]);
  }
  if (complete.length > 0) findings.ok(`${listed(complete)} could start with these settings`);
  for (const [fault, names] of faults) {
    findings.fault(
      `${listed(names)}: ${fault}`,
      "Set it in the environment, or as NAME_FILE; .env.example describes every setting.",
    );
  }
  if (
    settings.api !== undefined &&
    environment["API_TOKENS_FILE"] === undefined &&
    !environment["API_TOKENS"]
  ) {
    findings.warningForProduction(
      "api: without API_TOKENS it listens on this machine only and lets everybody here ask",
      "Set API_TOKENS before others need it.",
    );
  }
  return { findings: findings.found, settings };
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
