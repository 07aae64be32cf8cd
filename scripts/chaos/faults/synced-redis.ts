import { readdir, readFile, stat, truncate } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Tool } from "../../local/tool.ts";
import { runProgram } from "../../local/run-program.ts";

/** The calls that tell what reached the disk. */
const CALLS = "openat,write,fdatasync";

/** Redis under strace, which writes its calls to a file; or why that cannot be done here. */
export async function tracedRedis(redis: Tool, trace: string): Promise<Tool | string> {
  // Not one of the tools that tests need, so it is looked for by itself.
  const { succeeded, output } = await runProgram("strace", ["-e", "trace=write", "true"]);
  if (!succeeded) return `strace does not work here (${output.split("\n").at(-1) ?? ""})`;
  const args = ["-f", "--seccomp-bpf", "-e", `trace=${CALLS}`, "-s", "0"];
  return { command: "strace", args: [...args, "-o", trace, redis.command, ...redis.args] };
}

export interface PowerCut {
  /** Bytes of the append-only file that were written but never synced, and are gone now. */
  readonly lostBytes: number;
}

/**
 * Does to the append-only file of a killed Redis what a power cut may do: cuts it at the last byte that was synced.
 * `kill -9` alone proves nothing about syncing, for the kernel keeps what was written.
 *
 * @param trace what strace wrote since the last start
 */
export async function cutPower(directory: string, trace: string): Promise<PowerCut> {
  const file = await incrementalFile(directory);
  const { written, synced } = appended(await readFile(trace, "utf8"), basename(file));
  const { size } = await stat(file);
  if (written === 0 || size < written) {
    throw new Error(`the trace tells of ${written} bytes, the file has ${size}`);
  }
  await truncate(file, size - written + synced);
  return { lostBytes: written - synced };
}

/** The append-only file that is being written. */
async function incrementalFile(directory: string): Promise<string> {
  const folder = join(directory, "appendonlydir");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".incr.aof"));
  const [last] = names.toSorted().toReversed();
  if (last === undefined) throw new Error(`there is no append-only file in ${folder}`);
  return join(folder, last);
}

/** Adds up from a trace what was written to the file, and how much of it a completed sync covers for certain. */
function appended(trace: string, name: string): { written: number; synced: number } {
  let descriptor: string | undefined;
  let written = 0;
  let synced = 0;
  // Another thread's call may stand in between: «<unfinished …>» and later «<… resumed>».
  const begun = new Map<string, { readonly text: string; readonly written: number }>();
  for (const line of trace.split("\n")) {
    const [, thread = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text.endsWith("<unfinished ...>")) {
      begun.set(thread, { text: text.slice(0, -"<unfinished ...>".length), written });
      continue;
    }
    const start = text.startsWith("<... ") ? begun.get(thread) : undefined;
    const call = (start?.text ?? "") + text.replace(/^<\.\.\. \w+ resumed>/, "");
    const result = Number(/ = (-?\d+)/.exec(call.slice(call.lastIndexOf(")")))?.[1] ?? -1);
    if (call.startsWith("openat(") && call.includes(`${name}"`) && call.includes("O_APPEND")) {
      descriptor = String(result);
    } else if (call.startsWith(`write(${descriptor},`) && result > 0) {
      written += result;
    } else if (call.startsWith(`fdatasync(${descriptor}`) && result === 0) {
      // What was written after the sync began may not be part of it.
      synced = start?.written ?? written;
    }
  }
  return { written, synced };
}
