import type { QueueInspection } from "@tallyman/queue";
import { expect } from "chai";
import { checkQueue, judgeQueue } from "./check-queue.ts";

const NOW = Date.parse("2026-11-21T10:00:00Z");

const SOUND: QueueInspection = {
  server: "Redis 7.0.15",
  verdict: { faults: [], warnings: [] },
  memory: { used: 10 * 1_048_576, limit: 100 * 1_048_576 },
  depth: { waiting: 0, active: 0, delayed: 0, failed: 0 },
  oldestWaitingAt: undefined,
  workers: 2,
};

describe("judgeQueue", () => {
  const of = (change: Partial<QueueInspection>): string[] =>
    judgeQueue({ ...SOUND, ...change }, NOW)
      .filter(({ status }) => status !== "ok")
      .map(({ check, status, message, next }) => `${check} ${status}: ${message} / ${next}`);

  it("is content with a queue that is safe, has room and is worked at", () => {
    expect(of({})).to.deep.equal([]);
    expect(judgeQueue(SOUND, NOW).map(({ message }) => message)).to.deep.equal([
      "Redis 7.0.15 answers",
      "10 MB in use of 100 MB",
      "0 jobs waiting, 0 at work, 0 delayed, 0 failed",
      "2 workers at this queue",
    ]);
  });

  it("takes what would lose acknowledged events for a fault", () => {
    const [fault = ""] = of({ verdict: { faults: ["It drops."], warnings: ["It may drop."] } });
    expect(fault).to.match(/^queue fault: It drops\./);
  });

  it("tells of memory before it is too late", () => {
    const at = (share: number): string => of({ memory: { used: share, limit: 100 } }).join();
    expect(at(49)).to.equal("");
    expect(at(50)).to.match(/^queue warning: .*above 80 % ingest answers 503/);
    expect(at(80)).to.match(/^queue fault: .*above 80 % ingest takes nothing more/);
    expect(of({ memory: { used: 1, limit: 0 } }).join()).to.match(/warning: .*without a limit/);
    expect(of({ memory: undefined })).to.deep.equal([]);
  });

  it("tells of failed jobs, of jobs that wait for long, and of nobody working", () => {
    const depth = { waiting: 3, active: 0, delayed: 0, failed: 1 };
    const [failed = "", nobody = "", behind = "", ...more] = of({
      depth,
      workers: 0,
      oldestWaitingAt: new Date(NOW - 90_000),
    });
    expect(failed).to.contain("queue warning: 3 jobs waiting, 0 at work, 0 delayed, 1 failed");
    expect(nobody).to.match(/^workers fault: .*and 3 jobs wait \/ .*npm run start:worker/);
    expect(behind).to.contain("workers warning: the oldest job has waited for 90 s");
    expect(more).to.deep.equal([]);
    expect(of({ workers: undefined }).join()).to.contain("+client|list");
  });
});

describe("checkQueue", () => {
  it("tells a queue that is not there, and what to do", async () => {
    const [finding, ...more] = await checkQueue("redis://127.0.0.1:1", false);
    expect(finding).to.include({
      check: "queue",
      status: "fault",
      next: "Start it, or correct QUEUE_URL.",
    });
    expect(finding?.message).to.contain("ECONNREFUSED");
    expect(more).to.deep.equal([]);
  });
});
