import { brotliCompressSync } from "node:zlib";
import type { Notification } from "@tallyman/events";
import { expect } from "chai";
import fc from "fast-check";
import { packJob, unpackJob, type JobData } from "./job-data.ts";
import { notification } from "./notification-queue.contract.ts";
import { parseJobData } from "./parse-job-data.ts";

const ADDED = Date.parse("2026-03-02T10:00:00.500Z");

/** A body as a registry sends it, some 300 characters. */
const bodyOf = (id: number): string =>
  JSON.stringify({
    events: [
      {
        id: `event-${id}`,
        timestamp: "2026-03-02T10:00:00.123456789Z",
        action: "pull",
        target: {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: `sha256:${id.toString(16).padStart(64, "0")}`,
          repository: "harbour/crane",
          tag: "latest",
        },
      },
    ],
  });

const group = (size: number): Notification[] =>
  Array.from({ length: size }, (_, id) => notification(bodyOf(id)));

const pack = (text: string): JobData => ({
  brotli: brotliCompressSync(text).toString("base64"),
});

describe("packJob", () => {
  it("leaves a job with little in it readable", () => {
    const few = group(2);
    expect(packJob(few)).to.deep.equal({ notifications: few });
    expect(packJob([])).to.deep.equal({ notifications: [] });
  });

  it("packs a full group into a fifth of its size or less", () => {
    const full = group(100);
    const packed = packJob(full);
    expect(packed).to.have.all.keys("brotli");
    expect(JSON.stringify(packed).length).to.be.below(
      JSON.stringify({ notifications: full }).length / 5,
    );
  });

  it("loses nothing of any notification", () => {
    const any = fc.record({
      registry: fc.stringMatching(/^[a-z0-9._-]{1,40}$/),
      receivedAt: fc
        .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
        .map((date) => date.toISOString()),
      body: fc.oneof(
        fc.string({ unit: "binary", maxLength: 3_000 }),
        fc.json(),
        fc.integer({ min: 0, max: 9 }).map((id) => bodyOf(id)),
      ),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), fc.boolean(), (notifications, isLarge) => {
        const all = isLarge ? [...notifications, ...group(20)] : notifications;
        // As the queue hands it over: through JSON.
        const data: unknown = JSON.parse(JSON.stringify(packJob(all)));
        expect(parseJobData(data, ADDED)).to.deep.equal(all);
      }),
    );
  });
});

describe("unpackJob", () => {
  it("refuses what is no packed job", () => {
    for (const brotli of ["", "not base64 of anything", "AAAA"]) {
      expect(() => unpackJob(brotli)).to.throw();
    }
  });

  const faulty: readonly [string, JobData][] = [
    ["bytes that are not brotli", { brotli: Buffer.from("hello").toString("base64") }],
    ["a packed job that was cut off", cutOff(packJob(group(100)))],
    ["a text without heads", pack("no heads")],
    ["heads that are no list", pack('{"registry":"harbour"}\n')],
    ["a head that is no list", pack("[7]\n{}")],
    ["bodies that are shorter than their heads say", pack('[["harbour","",9]]\n{}')],
    ["bodies that are longer than their heads say", pack('[["harbour","",1]]\n{}')],
    ["a length that is no number", pack('[["harbour","","2"]]\n{}')],
  ];
  for (const [title, data] of faulty) {
    it(`lets the worker set aside, whole, ${title}`, () => {
      expect(parseJobData(data, ADDED)).to.deep.equal([
        {
          registry: "unknown",
          receivedAt: "2026-03-02T10:00:00.500Z",
          body: JSON.stringify({ job: data }),
        },
      ]);
    });
  }

  it("sets aside a packed notification of a registry that cannot be, and takes its neighbour", () => {
    const data = pack(
      '[["Har bour","2026-03-02T10:00:00.000Z",2],["harbour","2026-03-02T10:00:00.000Z",2]]\n{}{}',
    );
    const [bad, good] = parseJobData(data, ADDED);
    expect(bad).to.include({ registry: "unknown" });
    expect(bad?.body).to.contain("Har bour");
    expect(good).to.deep.equal({
      registry: "harbour",
      receivedAt: "2026-03-02T10:00:00.000Z",
      body: "{}",
    });
  });
});

function cutOff(data: JobData): JobData {
  return { brotli: "brotli" in data ? data.brotli.slice(0, -40) : "" };
}
