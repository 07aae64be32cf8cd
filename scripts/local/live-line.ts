/**
 * What a line of the worker's log says to a person who watches: an event that was counted, or how many of a batch were
 * not. Undefined for everything else.
 */
export function liveLine(log: string): string | undefined {
  let entry: LogEntry;
  try {
    entry = JSON.parse(log) as LogEntry;
  } catch {
    return undefined;
  }
  if (entry.message === "event counted") return describeEvent(entry);
  if (entry.message !== "batch recorded") return undefined;
  const parts = [
    describeCount(entry.duplicates, "repeated", "duplicates: counted before"),
    describeCount(entry.rejected, "rejected", "npx tallyman rejected list tells why"),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join("\n");
}

/** The fields of the worker's two messages. */
interface LogEntry {
  readonly message?: string;
  readonly duplicates?: number;
  readonly rejected?: number;
  readonly action?: string;
  readonly repository?: string;
  readonly tag?: string | null;
  readonly digest?: string | null;
  readonly actorName?: string | null;
  readonly createdRepository?: boolean;
}

function describeEvent(event: LogEntry): string {
  const { action = "", repository = "", tag, digest, actorName, createdRepository } = event;
  const target = tag
    ? `${repository}:${tag}`
    : digest
      ? `${repository}@${digest.slice(0, 19)}`
      : repository;
  const actor = actorName ? `by ${actorName}` : "anonymous";
  const created = createdRepository === true ? "  (new repository)" : "";
  return `counted  ${action.padEnd(18)} ${target}  ${actor}${created}`;
}

function describeCount(count: number | undefined, word: string, hint: string): string | undefined {
  return count ? `${word.padEnd(9)}${count} (${hint})` : undefined;
}
