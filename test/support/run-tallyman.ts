import { Readable } from "node:stream";
import { runCli } from "../../apps/cli/src/run-cli.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. Words are divided at blanks, or given as a list. */
export async function runTallyman(
  args: string | readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  isTTY = false,
  stdin = "",
): Promise<Ran> {
  let [out, err] = ["", ""];
  const words = typeof args === "string" ? args.split(" ").filter(Boolean) : args;
  const code = await runCli(words, {
    environment,
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text), isTTY },
    stdin: Readable.from([stdin]),
  });
  return { code, out, err };
}

/** Runs it with --json and reads its answer. @throws when it has something to say besides */
export async function tallymanJson(
  args: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly code: number; readonly document: Record<string, unknown> }> {
  const { code, out, err } = await runTallyman(`${args} --json`, environment);
  if (err !== "") throw new Error(`${args} --json says on stderr: ${err}`);
  return { code, document: JSON.parse(out) as Record<string, unknown> };
}
