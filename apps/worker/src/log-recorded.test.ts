import { Writable } from "node:stream";
import type { RecordedBatch } from "@tallyman/database";
import type { Logger } from "@tallyman/runtime";
import { expect } from "chai";
import winston from "winston";
import { logRecorded } from "./log-recorded.ts";

const BATCH: RecordedBatch = {
  received: 4,
  duplicates: 1,
  rejected: 1,
  tracked: ["mira", null].map((actorName, index) => ({
    registry: "harbour",
    eventId: `event-${index}`,
    action: "push_tag",
    createdRepository: index === 0,
    repository: "harbour/crane",
    tag: "1.4.0",
    digest: "sha256:0",
    actorName,
    occurredAt: "2026-03-02T09:15:27.123456Z",
    receivedAt: "2026-03-02T09:15:28.000000Z",
  })),
};

/** The lines that a logger of that level writes about the batch. */
function linesAt(level: string): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  const logger: Logger = winston.createLogger({
    level,
    format: winston.format.json(),
    transports: [new winston.transports.Stream({ stream })],
  });
  logRecorded(logger, BATCH);
  return lines;
}

describe("logRecorded", () => {
  it("writes the figures of the batch and a line per event at level debug", () => {
    const [batch, ...events] = linesAt("debug");
    expect(batch).to.include({ received: 4, tracked: 2, duplicates: 1, rejected: 1 });
    expect(events.map(({ eventId, actorName }) => [eventId, actorName])).to.deep.equal([
      ["event-0", "mira"],
      ["event-1", null],
    ]);
    expect(events[0]).to.include({ action: "push_tag", repository: "harbour/crane", tag: "1.4.0" });
  });

  it("writes no names of people or repositories above that level", () => {
    for (const level of ["info", "warn", "error"]) {
      const text = JSON.stringify(linesAt(level));
      expect(text, level).not.to.include("mira").and.not.to.include("harbour");
    }
  });
});
