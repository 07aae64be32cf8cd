import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Environment } from "@tallyman/runtime";

/** The processes that have a configuration of their own. */
export const PROCESSES = ["ingest", "worker", "api"] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** How a process reads an environment. */
export type ReadByProcess =
  | { readonly kind: "complete"; readonly settings: Readonly<Record<string, unknown>> }
  | { readonly kind: "faulty"; readonly faults: readonly string[] };

/** Where the programs are: compiled ones for a compiled doctor, sources for sources. */
const [FOLDER, EXTENSION] = import.meta.url.endsWith(".ts") ? ["src", "ts"] : ["dist", "js"];

/**
 * Lets a process itself read the environment, so that no setting is judged by other rules here than there.
 */
export async function askProcess(
  name: ProcessName,
  environment: Environment,
): Promise<ReadByProcess> {
  const program = new URL(`../../../${name}/${FOLDER}/main.${EXTENSION}`, import.meta.url);
  const child = fork(fileURLToPath(program), ["--check-config"], {
    env: environment,
    silent: true,
  });
  let [out, err] = ["", ""];
  child.stdout?.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr?.on("data", (bytes: Buffer) => (err += bytes.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) {
    return { kind: "complete", settings: JSON.parse(out) as Record<string, unknown> };
  }
  const faults = Array.from(err.matchAll(/^ {2}- (.*)$/gm), ([, fault = ""]) => fault);
  return { kind: "faulty", faults: faults.length > 0 ? faults : [lastLine(err)] };
}

/** What a program that could not even start has to say. */
function lastLine(text: string): string {
  const error = /^\w*Error.*$/m.exec(text)?.[0];
  return error ?? text.trim().split("\n").at(-1) ?? "it says nothing";
}
