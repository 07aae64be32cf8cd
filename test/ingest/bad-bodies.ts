import type { RejectionReason } from "@tallyman/events";
import type { TrackedRow } from "./resting-place.ts";

/** A body and what must become of it. */
export interface BadInput {
  readonly title: string;
  readonly body: () => string | Buffer;
  /** 200 unless given. */
  readonly status?: number;
  /** Columns of the rows that it leaves, in order. */
  readonly tracked?: readonly TrackedRow[];
  readonly rejected?: readonly RejectionReason[];
}

/** How deep nested bodies are: deep enough to overflow the stack of anything that descends by calling itself. */
const DEPTH = 100_000;

let ids = 0;

/** A good event's text, with other fields. */
const event = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    id: `body-${++ids}`,
    timestamp: "2026-03-02T09:15:27Z",
    action: "push",
    target: { repository: "harbour/crane", tag: "1", digest: "sha256:0" },
    ...fields,
  });

const envelope = (...events: readonly string[]): string => `{"events":[${events.join()}]}`;

const GOOD: TrackedRow = { action: "push_tag", repository: "harbour/crane" };

const utf16BigEndian = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

/** Bytes that stand in the place of the text `@` in a good envelope. */
const withBytes = (text: string, bytes: readonly number[]): Buffer => {
  const [before = "", after = ""] = text.split("@");
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
};

const repositoryOfBytes = (bytes: readonly number[]): Buffer =>
  withBytes(envelope(event({ target: { repository: "harbour/@", tag: "1" } })), bytes);

export const BODIES: readonly BadInput[] = [
  { title: "nothing", status: 400, body: () => "" },
  { title: "white space", status: 400, body: () => " \r\n\t" },
  { title: "a list", status: 400, body: () => `[${event()}]` },
  { title: "null", status: 400, body: () => "null" },
  { title: "a number", status: 400, body: () => "1e1000" },
  { title: "text", status: 400, body: () => '"events"' },
  { title: "a body that breaks off", status: 400, body: () => envelope(event()).slice(0, -2) },
  { title: "something behind the body", status: 400, body: () => `${envelope(event())}{}` },
  { title: "two bodies", status: 400, body: () => `${envelope(event())}\n${envelope(event())}` },
  { title: "a comment", status: 400, body: () => `/* */${envelope(event())}` },
  { title: "NaN", status: 400, body: () => '{"events":NaN}' },
  { title: "a trailing comma", status: 400, body: () => `{"events":[${event()},]}` },
  { title: "a raw control character in text", status: 400, body: () => '{"events":["\u0001"]}' },
  { title: "a NUL behind the body", status: 400, body: () => `${envelope(event())}\0` },
  { title: "form data", status: 400, body: () => "events=%5B%5D" },
  { title: "XML", status: 400, body: () => "<events/>" },
  { title: "unclosed brackets, very deep", status: 400, body: () => "[".repeat(DEPTH) },
  { title: "unclosed braces, very deep", status: 400, body: () => '{"a":'.repeat(DEPTH) },
  {
    title: "UTF-16",
    status: 400,
    body: () => Buffer.from(`\u{feff}${envelope(event())}`, "utf16le"),
  },
  {
    title: "UTF-16, the other way round",
    status: 400,
    body: () => utf16BigEndian(`\u{feff}${envelope(event())}`),
  },
  {
    title: "bytes that are no UTF-8 outside of text",
    status: 400,
    body: () => withBytes(`{@"events":[${event()}]}`, [0xff]),
  },
  {
    title: "a byte order mark",
    body: () => Buffer.from(`\u{feff}${envelope(event())}`),
    tracked: [GOOD],
  },
  { title: "white space around", body: () => `\n\t ${envelope(event())}\r\n`, tracked: [GOOD] },
  {
    title: "bytes that are no UTF-8 in a name",
    body: () => repositoryOfBytes([0xff, 0x61]),
    tracked: [{ repository: "harbour/\u{fffd}a" }],
  },
  {
    title: "an overlong encoding of a NUL in a name",
    body: () => repositoryOfBytes([0xc0, 0x80]),
    tracked: [{ repository: "harbour/\u{fffd}\u{fffd}" }],
  },
  {
    title: "half a surrogate pair in UTF-8 in a name",
    body: () => repositoryOfBytes([0xed, 0xa0, 0x80]),
    tracked: [{ repository: "harbour/\u{fffd}\u{fffd}\u{fffd}" }],
  },
  {
    title: "a key twice in an event, of which the last counts",
    body: () => envelope(event().replace("{", '{"action":"pull","action":"delete",')),
    tracked: [{ action: "push_tag" }],
  },
  {
    title: "the list of events twice, of which the last counts",
    body: () => `{"events":[null,null],"events":[${event()}]}`,
    tracked: [GOOD],
  },
  {
    title: "the list of events twice, the last with a bad event",
    body: () => `{"events":[${event()}],"events":[7]}`,
    rejected: ["not_an_object"],
  },
  {
    title: "lists in lists, very deep, as events",
    body: () => `{"events":${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}}`,
    rejected: ["not_an_object"],
  },
  {
    title: "objects in objects, very deep",
    body: () => `${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`,
    rejected: ["unknown_shape"],
  },
  {
    title: "a good event with something very deep in it",
    body: () =>
      envelope(event().replace("{", `{"meta":${'{"a":['.repeat(DEPTH)}${"]}".repeat(DEPTH)},`)),
    tracked: [GOOD],
  },
  {
    title: "a good event without an id, with something very deep in it",
    body: () =>
      envelope(
        event({ id: "" }).replace("{", `{"meta":${'{"a":['.repeat(DEPTH)}${"]}".repeat(DEPTH)},`),
      ),
    tracked: [GOOD],
  },
];

export const ENVELOPES: readonly BadInput[] = [
  { title: "an empty object", body: () => "{}" },
  { title: "an empty list", body: () => '{"events":[]}' },
  { title: "null for the list", body: () => '{"events":null}' },
  { title: "empty text for the list", body: () => '{"events":""}' },
  { title: "text for the list", body: () => '{"events":"x"}', rejected: ["events_not_a_list"] },
  { title: "a number for the list", body: () => '{"events":0}', rejected: ["events_not_a_list"] },
  { title: "false for the list", body: () => '{"events":false}', rejected: ["events_not_a_list"] },
  {
    title: "an object for the list",
    body: () => `{"events":{"0":${event()},"length":1}}`,
    rejected: ["events_not_a_list"],
  },
  { title: "another name for the list", body: () => '{"Events":[]}', rejected: ["unknown_shape"] },
  {
    title: "other keys beside the list",
    body: () => `{"version":3,"events":[${event()}],"__proto__":{"polluted":true}}`,
    tracked: [GOOD],
  },
  {
    title: "nothing but __proto__ and constructor",
    body: () =>
      '{"__proto__":{"events":[{}],"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    rejected: ["unknown_shape"],
  },
  { title: "an event without an envelope", body: () => event(), tracked: [GOOD] },
  {
    title: "an event without an envelope and without a target",
    body: () => '{"action":"push"}',
    rejected: ["unknown_shape"],
  },
  {
    title: "entries that are no objects",
    body: () => '{"events":[null,0,"x",true,[],[[]]]}',
    rejected: Array<RejectionReason>(6).fill("not_an_object"),
  },
  { title: "an empty entry", body: () => '{"events":[{}]}', rejected: ["action_missing"] },
  {
    title: "bad events between good ones",
    body: () =>
      envelope(
        event(),
        event({ target: { repository: "a\0b" } }),
        event(),
        '"poison"',
        event({ id: 7 }),
        event(),
      ),
    tracked: [GOOD, GOOD, GOOD],
    rejected: ["repository_unstorable", "not_an_object", "id_not_text"],
  },
  {
    title: "thousands of events",
    body: () => envelope(...Array.from({ length: 5_000 }, () => event())),
    tracked: Array.from({ length: 5_000 }, () => GOOD),
  },
  {
    title: "an event of two megabytes",
    body: () =>
      envelope(event({ target: { repository: "a/b", references: "x".repeat(2_000_000) } })),
    tracked: [{ repository: "a/b" }],
  },
  {
    title: "a bad event of two megabytes",
    body: () => envelope(JSON.stringify("x".repeat(2_000_000))),
    rejected: ["not_an_object"],
  },
];
