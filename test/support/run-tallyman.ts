import { runCli } from "../../apps/cli/src/run-cli.ts";
import type { Surroundings } from "../../apps/cli/src/surroundings.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. Words are divided at blanks, or given as a list. */
export async function runTallyman(
  args: string | readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  around: Partial<Surroundings> = {},
): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await runCli(wordsOf(args), {
    environment,
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    ...around,
  });
  return { code, out, err };
}

/** Runs it with --json and reads its answer. @throws when it has something to say besides */
export async function tallymanJson(
  args: string | readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly code: number; readonly document: Record<string, unknown> }> {
  const { code, out, err } = await runTallyman([...wordsOf(args), "--json"], environment);
  if (err !== "") throw new Error(`${wordsOf(args).join(" ")} --json says on stderr: ${err}`);
  return { code, document: JSON.parse(out) as Record<string, unknown> };
}

function wordsOf(args: string | readonly string[]): readonly string[] {
  return typeof args === "string" ? args.split(" ").filter(Boolean) : args;
}
