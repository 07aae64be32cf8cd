import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../../../test/support/eventually.ts";
import { DirectoryInUseError, DirectoryLock } from "./directory-lock.ts";

const TIMES = { beatMs: 20, staleMs: 200 };

/** Larger than any process id. */
const NOBODY = 2 ** 30;

describe("the lock of a directory", () => {
  let directory: string;
  let path: string;
  let losses: Error[];
  const held: DirectoryLock[] = [];

  const acquire = async (): Promise<DirectoryLock> => {
    const lock = await DirectoryLock.acquire(directory, (error) => losses.push(error), TIMES);
    held.push(lock);
    return lock;
  };
  const refusal = async (): Promise<unknown> => acquire().catch((error: unknown) => error);
  const writeLock = (holder: object): Promise<void> =>
    writeFile(path, JSON.stringify({ host: hostname(), pid: NOBODY, token: "other", ...holder }));

  beforeEach(async () => {
    losses = [];
    directory = await mkdtemp(join(tmpdir(), "tallyman-lock-"));
    path = join(directory, "lock");
  });

  afterEach(async () => {
    for (const lock of held.splice(0)) await lock.release();
    await rm(directory, { recursive: true });
  });

  it("is for one at a time, and names who has it", async () => {
    const lock = await acquire();
    const error = await refusal();
    expect(error).to.be.instanceOf(DirectoryInUseError);
    expect((error as Error).message).to.include(`process ${process.pid} on host ${hostname()}`);
    await lock.release();
    await lock.release();
    await acquire();
  });

  it("is refused while the process that has it lives", async () => {
    await writeLock({ pid: process.ppid });
    expect(await refusal()).to.be.instanceOf(DirectoryInUseError);
  });

  it("is taken from a process that is gone, also from one with the same process id", async () => {
    await writeLock({ pid: NOBODY });
    await (await acquire()).release();
    await writeLock({ pid: process.pid });
    await (await acquire()).release();
    await writeFile(path, "");
    await (await acquire()).release();
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it("is taken by only one of many", async () => {
    await writeLock({ pid: NOBODY });
    const all = await Promise.allSettled(Array.from({ length: 20 }, acquire));
    expect(all.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    expect(await readdir(directory)).to.deep.equal(["lock"]);
  });

  it("is taken from a process on another host when it has been silent for long", async () => {
    await writeLock({ host: "elsewhere" });
    const started = Date.now();
    await acquire();
    expect(Date.now() - started).to.be.within(TIMES.staleMs / 2, TIMES.staleMs * 10);
  });

  it("is refused while a process on another host shows that it lives", async () => {
    await writeLock({ host: "elsewhere" });
    const beat = setInterval(() => {
      const now = new Date();
      void utimes(path, now, now);
    }, TIMES.beatMs);
    try {
      expect(await refusal()).to.be.instanceOf(DirectoryInUseError);
    } finally {
      clearInterval(beat);
    }
  });

  it("says when somebody has taken it all the same", async () => {
    await acquire();
    await writeLock({ host: "elsewhere" });
    await eventually("the loss is noticed", () => losses.length === 1);
  });
});
