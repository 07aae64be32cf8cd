import { crc32 } from "node:zlib";
import type { Notification } from "@tallyman/events";

/**
 * Begins each record. UTF-8 never has the first byte, so no body can look like the beginning of a record, and behind
 * damage the next whole record is found again. The last byte is the version of the format.
 */
const MARK = Buffer.from([0xf7, 0x54, 0x53, 0x01]);

/** Where the fields stand: the mark, three unsigned 32-bit numbers, then the payload. */
const LENGTH_AT = 4;
const COUNT_AT = 8;
const CHECKSUM_AT = 12;
const HEADER_BYTES = 16;

/** A whole record somewhere in bytes. */
export interface FoundRecord {
  readonly start: number;
  readonly end: number;
  /** How many notifications it holds. */
  readonly count: number;
  readonly payload: Buffer;
}

/** One record: what is spooled together, with a checksum that tells whether it was written whole. */
export function encodeRecord(notifications: readonly Notification[]): Buffer {
  const payload = Buffer.from(JSON.stringify(notifications));
  const record = Buffer.alloc(HEADER_BYTES + payload.length);
  MARK.copy(record);
  record.writeUInt32BE(payload.length, LENGTH_AT);
  record.writeUInt32BE(notifications.length, COUNT_AT);
  payload.copy(record, HEADER_BYTES);
  record.writeUInt32BE(checksumOf(record), CHECKSUM_AT);
  return record;
}

/** What a record holds. */
export function decodeRecord(record: FoundRecord): readonly Notification[] {
  // The checksum says that these are the bytes that encodeRecord wrote.
  return JSON.parse(record.payload.toString("utf8")) as Notification[];
}

/**
 * The whole records in order. What lies between two of them is damaged; what lies behind the last one is a record that
 * was not written to its end.
 */
export function* findRecords(bytes: Buffer): Generator<FoundRecord> {
  let position = 0;
  for (;;) {
    const start = bytes.indexOf(MARK, position);
    if (start < 0) return;
    const record = recordAt(bytes, start);
    if (record !== undefined) yield record;
    position = record?.end ?? start + 1;
  }
}

/**
 * Whether more than one record lies in bytes that hold no whole one. Only the last record can be unfinished, so two of
 * them mean damage.
 */
export function holdsSeveralBeginnings(bytes: Buffer): boolean {
  return bytes.indexOf(MARK, 1) > 0;
}

function recordAt(bytes: Buffer, start: number): FoundRecord | undefined {
  if (start + HEADER_BYTES > bytes.length) return undefined;
  const end = start + HEADER_BYTES + bytes.readUInt32BE(start + LENGTH_AT);
  if (end > bytes.length) return undefined;
  if (checksumOf(bytes.subarray(start, end)) !== bytes.readUInt32BE(start + CHECKSUM_AT)) {
    return undefined;
  }
  return {
    start,
    end,
    count: bytes.readUInt32BE(start + COUNT_AT),
    payload: bytes.subarray(start + HEADER_BYTES, end),
  };
}

/** Over everything but the mark and the checksum itself. */
function checksumOf(record: Buffer): number {
  return crc32(record.subarray(HEADER_BYTES), crc32(record.subarray(LENGTH_AT, CHECKSUM_AT)));
}
