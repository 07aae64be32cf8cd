import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";

const FIXTURES = new URL("../fixtures/", import.meta.url);

/** Bodies that registries really send. */
const REAL = readdirSync(FIXTURES)
  .filter((name) => name.endsWith(".json"))
  .map((name) => readFileSync(new URL(name, FIXTURES)));

/** Text as hostile as a string can be: NUL and lone surrogates included, and very long at times. */
const hostileText = fc.oneof(
  fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    "",
    "\0",
    "\ud800",
    "a\0b",
    "__proto__",
    "constructor",
    "'; drop table tracking_events; --",
    "../../etc/passwd",
    "${jndi:ldap://127.0.0.1/x}",
    "http://169.254.169.254/",
    "\u202Egnp.exe",
    "\r\nX-Injected: 1",
    "\\",
    "{}",
    "NaN",
  ),
  fc
    .constantFrom("a", "é", "😀", "a/")
    .chain((unit) =>
      fc.constantFrom(127, 128, 255, 256, 512, 10_000).map((length) => unit.repeat(length)),
    ),
);

const hostileNumber = fc.oneof(
  fc.constantFrom(0, -1, 1.5, 2 ** 53, 1e308, 2 ** 63, -0),
  fc.integer(),
);

const hostileValue = fc.oneof(
  { weight: 3, arbitrary: hostileText },
  hostileNumber,
  fc.constantFrom(null, true, false, [], {}),
  fc.jsonValue({ maxDepth: 2 }),
);

/** One of these most of the time, so that some events are good; anything otherwise. */
const mostly = (...good: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, hostileValue);

const timestamp = mostly(
  "2026-03-02T08:15:30.123456789Z",
  "2026-02-28T23:59:60+02:00",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
);

const target = fc.record(
  {
    repository: mostly("team/app", "a", "team/app"),
    tag: mostly("v1", "", "latest"),
    digest: mostly("sha256:aa", ""),
    mediaType: mostly("application/vnd.oci.image.manifest.v1+json", "", "application/octet-stream"),
    size: mostly(0, 743),
    url: hostileValue,
    type: hostileValue,
  },
  { requiredKeys: ["repository"] },
);

const event = fc.record(
  {
    id: mostly("1", "2", "3", "4"),
    timestamp,
    action: mostly("push", "pull", "mount", "delete", "rename"),
    target: fc.oneof({ weight: 8, arbitrary: target }, hostileValue),
    actor: fc.oneof(
      fc.record(
        { name: mostly("mira", "Joon"), user_type: mostly("build", "deploy_token") },
        { requiredKeys: [] },
      ),
      hostileValue,
    ),
    request: fc.oneof(
      fc.record({ method: mostly("GET", "HEAD"), useragent: hostileValue, id: hostileValue }),
      hostileValue,
    ),
    source: hostileValue,
  },
  { requiredKeys: ["action", "target"] },
);

const envelope = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      events: fc.array(fc.oneof({ weight: 8, arbitrary: event }, hostileValue), { maxLength: 6 }),
    }),
  },
  fc.record({ events: hostileValue }),
  event,
  fc.dictionary(hostileText, hostileValue, { maxKeys: 4 }),
);

/** Objects of JSON: envelopes good and bad, bare events, anything else. */
export const jsonObjects: fc.Arbitrary<string> = fc
  .tuple(envelope, fc.constantFrom(undefined, "__proto__", "constructor", "toString"))
  .map(([value, key]) => {
    const text = JSON.stringify(value);
    // A key of this name cannot be had by writing an object down.
    return key === undefined ? text : text.replace('"id"', JSON.stringify(key));
  });

/** What a broken or hostile sender makes of a real body: some bytes changed, some left out, some put in. */
const damaged: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom(...REAL),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        remove: fc.nat(8),
        insert: fc.uint8Array({ maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([body, changes]) => {
    let bytes: Uint8Array = body;
    for (const { at, remove, insert } of changes) {
      const start = Math.floor(at * bytes.length);
      bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
    }
    return bytes;
  });

/** Bytes of any kind. */
export const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  damaged,
  fc.json().map((text) => Buffer.from(text)),
  fc.nat(3_000).map((depth) => Buffer.from('{"events":'.repeat(depth) + "[".repeat(depth))),
  jsonObjects.map((text) => Buffer.from(`\u{feff}${text}`, "utf16le")),
);
