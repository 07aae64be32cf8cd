import { stat } from "node:fs/promises";

/**
 * How often the files are looked at. Watching by events fails where it matters: Kubernetes exchanges a symlink two
 * directories up, and network file systems tell nothing.
 */
const INTERVAL_MS = 1_000;

export interface WatchFilesOptions {
  readonly paths: readonly string[];
  /** Reads the files. Must not reject. */
  readonly onChange: () => Promise<void>;
  readonly intervalMs?: number;
}

/**
 * Calls back when files have changed and then stood still for one interval, so that a file that is being written, or a
 * pair of which one is still the old one, is not read half-way. Calls back once after the start, too: the files may have
 * changed since they were read.
 *
 * @returns ends the watch
 */
export function watchFiles({
  paths,
  onChange,
  intervalMs = INTERVAL_MS,
}: WatchFilesOptions): () => Promise<void> {
  let read = "";
  let seen = "";
  let look: Promise<void> | undefined;
  const lookOnce = async (): Promise<void> => {
    const state = (await Promise.all(paths.map(identityOf))).join(" ");
    const isSettled = state === seen;
    seen = state;
    if (!isSettled || state === read) return;
    read = state;
    await onChange();
  };
  const timer = setInterval(() => {
    look ??= lookOnce().finally(() => (look = undefined));
  }, intervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await look;
  };
}

/** What changes when a file's content does, or when another file takes its place. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
