import {
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Notification } from "@tallyman/events";
import { expect } from "chai";
import { SpoolFullError, type SpoolLimits } from "./spool-limits.ts";
import { Spool } from "./spool.ts";

const LIMITS: SpoolLimits = { maxBytes: 8_000_000, segmentBytes: 1_000 };

/** Numbered, with a body long enough that a few of them fill a segment. */
const group = (number: number, length = 200): Notification[] => [
  {
    registry: "harbour",
    receivedAt: new Date(1_767_225_600_000 + number).toISOString(),
    body: `${number} ${"x".repeat(length)}`,
  },
];

describe("the spool", () => {
  let directory: string;
  let spool: Spool;
  let logs: string[];

  const open = (limits = LIMITS): Promise<Spool> => {
    const log = (message: string) => logs.push(message);
    return Spool.open({
      directory,
      limits,
      logger: { info: log, warn: log, error: log } as never,
      onLost: (error) => logs.push(error.message),
    });
  };
  const reopen = async (limits = LIMITS): Promise<void> => {
    await spool.close();
    spool = await open(limits);
  };
  const append = async (from: number, to: number): Promise<void> => {
    for (let number = from; number <= to; number++) await spool.append(group(number));
  };
  const drain = async (): Promise<number[]> => {
    const numbers: number[] = [];
    for (let batch = await spool.next(); batch !== undefined; batch = await spool.next()) {
      numbers.push(...batch.notifications.map(({ body }) => Number.parseInt(body, 10)));
      await spool.commit(batch);
    }
    return numbers;
  };
  const files = async (): Promise<string[]> =>
    (await readdir(directory)).filter((name) => name !== "lock").toSorted();
  const lastFile = async (): Promise<string> => join(directory, (await files()).at(-1) ?? "");
  const sequence = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  beforeEach(async () => {
    logs = [];
    directory = await mkdtemp(join(tmpdir(), "tallyman-spool-"));
    spool = await open();
  });

  afterEach(async () => {
    await spool.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("gives back what it was given, in that order, and then holds nothing on the disk", async () => {
    await append(1, 20);
    expect((await files()).length).to.be.greaterThan(3);
    expect(spool.state).to.deep.include({ notifications: 20, spooled: 20 });
    expect(spool.state.oldest).to.equal(group(1)[0]?.receivedAt);
    expect(await drain()).to.deep.equal(sequence(1, 20));
    expect(await files()).to.deep.equal([]);
    expect(spool.state).to.deep.include({ bytes: 0, notifications: 0, oldest: undefined });
  });

  it("gives a batch again until it is committed", async () => {
    await append(1, 2);
    const [first, second] = [await spool.next(), await spool.next()];
    expect(first?.notifications).to.deep.equal(second?.notifications);
  });

  it("takes more while it is drained", async () => {
    await append(1, 3);
    const batch = await spool.next();
    await append(4, 12);
    if (batch !== undefined) await spool.commit(batch);
    expect(await drain()).to.deep.equal(sequence(4, 12));
  });

  it("keeps everything from one process to the next, and appends behind it", async () => {
    await append(1, 9);
    await reopen();
    expect(spool.state.notifications).to.equal(9);
    await append(10, 12);
    await reopen();
    expect(await drain()).to.deep.equal(sequence(1, 12));
  });

  it("gives a segment again that was not drained whole before a crash", async () => {
    await spool.append(group(1, 600_000));
    await spool.append(group(2));
    const batch = await spool.next();
    expect(batch?.notifications).to.have.length(1);
    if (batch !== undefined) await spool.commit(batch);
    await reopen();
    expect(await drain()).to.include(2);
  });

  it("gives back a record that is larger than what it reads at once", async () => {
    await spool.append(group(1, 3_000_000));
    await spool.append(group(2));
    expect(await drain()).to.deep.equal([1, 2]);
  });

  it("cuts off a record that was not written to its end, and says so once", async () => {
    await append(1, 2);
    await spool.close();
    const file = await lastFile();
    await truncate(file, (await stat(file)).size - 3);
    spool = await open();
    await reopen();
    expect(logs.filter((line) => line.includes("cut off"))).to.have.length(1);
    expect(await drain()).to.deep.equal([1]);
    expect(await files()).to.deep.equal([]);
  });

  it("sets a segment with damage in its middle aside and gives back the rest", async () => {
    await append(1, 9);
    await spool.close();
    const [first = ""] = await files();
    const bytes = await readFile(join(directory, first));
    bytes.write("???", 60);
    await writeFile(join(directory, first), bytes);
    spool = await open();
    expect(logs).to.include("a part of the spool cannot be read");
    expect(await drain()).to.deep.equal(sequence(2, 9));
    expect(await files()).to.deep.equal([`${first}.damaged`]);
    await append(10, 10);
    expect(await files()).to.have.length(2);
  });

  it("sets a segment aside that became unreadable while it waited", async () => {
    await append(1, 9);
    const [first = ""] = await files();
    const file = join(directory, first);
    await writeFile(file, Buffer.alloc((await stat(file)).size));
    const drained = await drain();
    expect(drained.at(-1)).to.equal(9);
    expect(drained).not.to.include(1);
    expect(await files()).to.deep.equal([`${first}.damaged`]);
    expect(spool.state.notifications).to.equal(0);
  });

  it("goes on when somebody has removed a segment", async () => {
    await append(1, 9);
    await rm(join(directory, (await files())[0] ?? ""));
    expect((await drain()).at(-1)).to.equal(9);
    expect(await files()).to.deep.equal([]);
  });

  it("refuses what is beyond its limit, and takes it when there is room again", async () => {
    await reopen({ maxBytes: 1_000, segmentBytes: 300 });
    await append(1, 3);
    const error = await spool.append(group(4)).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(SpoolFullError);
    expect(spool.refusal).to.equal("it is full");
    expect(await drain()).to.deep.equal([1, 2, 3]);
    await append(4, 4);
  });

  it("refuses while the disk does, and goes on afterwards without a gap", async () => {
    await append(1, 9);
    expect(spool.refusal).to.equal(undefined);
    // Without its directory no segment can be made: this stands for a full or broken disk.
    await rename(directory, `${directory}.away`);
    try {
      const big = spool.append(group(0, 2_000)).then(() => spool.append(group(0)));
      expect(await big.catch((reason: unknown) => reason)).to.be.instanceOf(Error);
      expect(spool.refusal).to.equal("it could not be written");
    } finally {
      await rename(`${directory}.away`, directory);
    }
    await append(10, 11);
    expect(spool.refusal).to.equal(undefined);
    expect(await drain()).to.include.members(sequence(1, 11));
  });

  it("takes nothing after it was closed, and may be closed twice", async () => {
    await spool.close();
    await spool.close();
    expect(await spool.append(group(1)).catch((error: Error) => error.message)).to.include(
      "closed",
    );
  });
});
