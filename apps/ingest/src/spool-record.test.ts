import type { Notification } from "@tallyman/events";
import { expect } from "chai";
import fc from "fast-check";
import { decodeRecord, encodeRecord, findRecords } from "./spool-record.ts";

const notification = fc.record({
  registry: fc.stringMatching(/^[a-z0-9._-]{1,12}$/),
  receivedAt: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  body: fc.oneof(fc.string({ unit: "binary" }), fc.json()),
});

const groups = fc.array(fc.array(notification, { minLength: 1, maxLength: 4 }), { maxLength: 8 });

const read = (bytes: Buffer): (readonly Notification[])[] =>
  Array.from(findRecords(bytes), decodeRecord);

describe("the records of the spool", () => {
  it("read back as a prefix of whole records, wherever the file ends", () => {
    fc.assert(
      fc.property(groups, fc.nat(), (written, somewhere) => {
        const records = written.map(encodeRecord);
        const bytes = Buffer.concat(records);
        const cut = somewhere % (bytes.length + 1);
        let whole = 0;
        for (let end = 0; whole < records.length; whole++) {
          end += records[whole]?.length ?? 0;
          if (end > cut) break;
        }
        expect(read(bytes.subarray(0, cut))).to.deep.equal(written.slice(0, whole));
      }),
    );
  });

  it("are found again behind a damaged one, and a changed byte is never taken for content", () => {
    fc.assert(
      fc.property(groups, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, change) => {
        const records = written.map(encodeRecord);
        const bytes = Buffer.concat(records);
        if (bytes.length === 0) return;
        const position = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(position) ^ change, position);
        let end = 0;
        const hit = records.findIndex((record) => (end += record.length) > position);
        expect(read(bytes)).to.deep.equal(written.toSpliced(hit, 1));
      }),
    );
  });

  it("tell how many notifications they hold without being read", () => {
    const one = { registry: "harbour", receivedAt: "2026-01-01T00:00:00.000Z", body: "{}" };
    const [record] = findRecords(encodeRecord([one, one, one]));
    expect(record?.count).to.equal(3);
  });

  it("are not found in what is none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(read(Buffer.from(bytes))).to.deep.equal([]);
      }),
    );
  });
});
