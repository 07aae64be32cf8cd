import { mkdtemp, open, readdir, rm, stat, truncate, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Notification } from "@tallyman/events";
import { expect } from "chai";
import { Spool } from "./spool.ts";

const notification = (number: number): Notification => ({
  registry: "harbour",
  receivedAt: "2026-01-01T00:00:00.000Z",
  body: `${number} ${"x".repeat(200)}`,
});

type Sync = (this: FileHandle) => Promise<void>;

/** A few records fill a segment. */
const LIMITS = { maxBytes: 8_000_000, segmentBytes: 1_000 };

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A process that is killed leaves everything to the system, synced or not, so it proves nothing about a power failure.
 * Here the calls are watched, and what was never synced is taken away afterwards.
 */
describe("the spool, when the power goes", () => {
  let parent: string;
  let directory: string;
  let handles: FileHandle;
  let originals: { readonly datasync: Sync; readonly sync: Sync };
  /** Bytes that were synced of each file, by inode. */
  let synced: Map<number, number>;
  /** Names that were synced of each directory, by inode. */
  let listed: Map<number, readonly string[]>;

  const openSpool = (): Promise<Spool> =>
    Spool.open({ directory, limits: LIMITS, logger: logger as never, onLost: () => undefined });

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "tallyman-power-"));
    directory = join(parent, "a", "spool");
    [synced, listed] = [new Map(), new Map()];
    const probe = await open(parent, "r");
    handles = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    originals = {
      datasync: Reflect.get(handles, "datasync") as Sync,
      sync: Reflect.get(handles, "sync") as Sync,
    };
    handles.datasync = async function (this: FileHandle) {
      const { ino, size } = await this.stat();
      await originals.datasync.call(this);
      synced.set(ino, size);
    };
    handles.sync = async function (this: FileHandle) {
      const { ino } = await this.stat();
      const found = await directoryOf(ino);
      const names = found === undefined ? [] : await readdir(found);
      await originals.sync.call(this);
      listed.set(ino, names);
    };
  });

  afterEach(async () => {
    Object.assign(handles, originals);
    await rm(parent, { recursive: true, force: true });
  });

  const directories = (): readonly string[] => [parent, join(parent, "a"), directory];

  async function directoryOf(inode: number): Promise<string | undefined> {
    for (const path of directories()) {
      if ((await stat(path).catch(() => undefined))?.ino === inode) return path;
    }
    return undefined;
  }

  /** Takes away what may not be on the disk: unsynced bytes, and names of which their directory's sync knows nothing. */
  async function cutPower(): Promise<void> {
    for (const path of directories()) {
      const inode = (await stat(path).catch(() => undefined))?.ino;
      // Its own name is gone already.
      if (inode === undefined) return;
      const known = listed.get(inode) ?? [];
      for (const name of await readdir(path)) {
        const found = join(path, name);
        if (!known.includes(name)) await rm(found, { recursive: true });
        else if (name.startsWith("segment")) {
          await truncate(found, synced.get((await stat(found)).ino) ?? 0);
        }
      }
    }
  }

  it("has everything that it has confirmed, in a directory that it has just made, too", async () => {
    const spool = await openSpool();
    for (let number = 1; number <= 20; number++) await spool.append([notification(number)]);
    await spool.close();
    await cutPower();
    const again = await openSpool();
    const found: number[] = [];
    for (let batch = await again.next(); batch !== undefined; batch = await again.next()) {
      found.push(...batch.notifications.map(({ body }) => Number.parseInt(body, 10)));
      await again.commit(batch);
    }
    await again.close();
    expect(found).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it("does not confirm what could not be synced", async () => {
    const spool = await openSpool();
    handles.datasync = () => Promise.reject(new Error("the disk is broken"));
    const error = await spool.append([notification(1)]).catch((reason: Error) => reason.message);
    expect(error).to.equal("the disk is broken");
    await spool.close();
  });
});
