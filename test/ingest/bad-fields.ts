import type { RejectionReason } from "@tallyman/events";
import type { TrackedRow } from "./resting-place.ts";

/** A bad value for any field. */
export interface BadValue {
  readonly name: string;
  /** Its JSON text; undefined leaves the field out. */
  readonly json: string | undefined;
  /** What it is when it is read. */
  readonly value: unknown;
}

/** A field of an event, and where an event comes to rest that has a bad value in it. */
export interface Field {
  readonly name: string;
  /** The JSON text of an event that is good except for this field. */
  write(json: string | undefined, id: string): string;
  rest(value: BadValue): Rest;
}

type Rest = { readonly reason: RejectionReason } | { readonly row: TrackedRow };

const valueOf = (name: string, json: string): BadValue => ({
  name,
  json,
  value: JSON.parse(json) as unknown,
});

const textOf = (name: string, text: string): BadValue => valueOf(name, JSON.stringify(text));

export const VALUES: readonly BadValue[] = [
  { name: "missing", json: undefined, value: undefined },
  valueOf("null", "null"),
  textOf("empty", ""),
  valueOf("a number", "42"),
  valueOf("a negative number", "-1"),
  valueOf("a fraction", "1.5"),
  valueOf("beyond bigint", "9223372036854775808"),
  valueOf("beyond double", "1e400"),
  valueOf("a boolean", "true"),
  valueOf("a list", "[]"),
  valueOf("a list of text", '["x"]'),
  valueOf("an object", "{}"),
  valueOf("an object like a prototype", '{"__proto__":{"polluted":true},"toString":"x"}'),
  textOf("of 10 kB", "x".repeat(10_000)),
  textOf("of 10 kB beyond ASCII", "🚢".repeat(2_500)),
  textOf("with NUL", "a\0b"),
  textOf("of nothing but NUL", "\0"),
  textOf("with half a surrogate pair", "a\ud800b"),
  textOf("with the other half", "\udfff"),
  textOf("with CRLF", "a\r\nSet-Cookie: b"),
  textOf("__proto__", "__proto__"),
  textOf("constructor", "constructor"),
  textOf("with SQL", "'; drop table tracking_events; --"),
  textOf("with a format", "%s %d ${x} {{x}} $1 \\x"),
  textOf("that traverses", "../../../../etc/passwd"),
  textOf("written from right to left", "\u202eelgnat\u202c \u2066x"),
  textOf("in combining characters", "e\u0301\u0327 ﬁ İ ß"),
  textOf("for a pattern", `${"a/".repeat(60)}!`),
  textOf("like an impossible date", "2026-02-30T25:61:61Z"),
  textOf("like a date long ago", "0001-01-01T00:00:00Z"),
  textOf("like a date far ahead", "9999-12-31T23:59:59.999999999-23:59"),
];

/** Fields in which a value identifies: it rejects the event unless it is storable text of fair length. */
type Identifying = "id" | "repository" | "tag" | "digest" | "actor_name";

const LIMITS: Readonly<Record<Identifying, number>> = {
  id: 512,
  repository: 255,
  tag: 128,
  digest: 256,
  actor_name: 255,
};

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === "";

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** The column of a describing field: storable text, or null when it is no text. */
const described = (value: unknown, limit: number): string | null =>
  typeof value === "string" && value !== ""
    ? value.slice(0, limit).toWellFormed().replaceAll("\0", "\u{fffd}")
    : null;

/** Puts a field at a path into a good event. */
function writer(path: readonly string[]): Field["write"] {
  return (json, id) => {
    const event: Record<string, unknown> = {
      id,
      timestamp: "2026-03-02T09:15:27Z",
      action: "push",
      target: { repository: "harbour/crane", digest: "sha256:0", mediaType: "x/manifest", size: 1 },
      request: { id: "r", method: "PUT", useragent: "u" },
      actor: { name: "mira" },
      source: { addr: "a", instanceID: "i" },
    };
    const [last = "", ...outer] = path.toReversed();
    let object = event;
    for (const key of outer.toReversed()) object = object[key] as Record<string, unknown>;
    if (json === undefined) {
      object[last] = undefined;
      return JSON.stringify(event);
    }
    // Parsing and writing the value again would change it: it is put in as text.
    object[last] = "@value@";
    return JSON.stringify(event).replace('"@value@"', () => json);
  };
}

function identifying(field: Identifying, path: readonly string[], column: string): Field {
  return {
    name: path.join("."),
    write: writer(path),
    rest: ({ value }) => {
      if (isAbsent(value)) {
        if (field === "repository") return { reason: "repository_missing" };
        return { row: field === "id" ? { operation: "push" } : { [column]: null } };
      }
      if (typeof value !== "string") return { reason: `${field}_not_text` };
      if (!isStorable(value)) return { reason: `${field}_unstorable` };
      if (Array.from(value).length > LIMITS[field]) return { reason: `${field}_too_long` };
      return { row: { [column]: value } };
    },
  };
}

function describing(path: readonly string[], column: string, limit: number): Field {
  return {
    name: path.join("."),
    write: writer(path),
    rest: ({ value }) => ({ row: { [column]: described(value, limit) } }),
  };
}

/** A field that no column shows: nothing in it may cost the event. */
function ignored(...path: readonly string[]): Field {
  return {
    name: path.join("."),
    write: writer(path),
    rest: () => ({ row: { repository: "harbour/crane", operation: "push" } }),
  };
}

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const FIELDS: readonly Field[] = [
  identifying("id", ["id"], "event_id"),
  identifying("repository", ["target", "repository"], "repository"),
  identifying("tag", ["target", "tag"], "tag"),
  identifying("digest", ["target", "digest"], "digest"),
  identifying("actor_name", ["actor", "name"], "actor_name"),
  describing(["target", "mediaType"], "media_type", 255),
  describing(["request", "useragent"], "user_agent", 1_024),
  describing(["request", "id"], "request_id", 255),
  describing(["source", "instanceID"], "source_instance", 255),
  ignored("request", "method"),
  ignored("request", "addr"),
  ignored("request"),
  ignored("source"),
  ignored("target", "url"),
  ignored("target", "type"),
  ignored("target", "fromRepository"),
  ignored("target", "references"),
  ignored("actor", "user"),
  ignored("__unknown__"),
  {
    name: "action",
    write: writer(["action"]),
    rest: ({ value }) => {
      if (isAbsent(value)) return { reason: "action_missing" };
      return { reason: typeof value === "string" ? "action_unknown" : "action_not_text" };
    },
  },
  {
    name: "target",
    write: writer(["target"]),
    rest: ({ value }) => ({ reason: isObject(value) ? "repository_missing" : "target_missing" }),
  },
  {
    name: "actor",
    write: writer(["actor"]),
    rest: () => ({ row: { actor_name: null, user_id: null } }),
  },
  {
    name: "actor.user_type",
    write: writer(["actor", "user_type"]),
    rest: ({ value }) => {
      if (isAbsent(value)) return { row: { actor_name: "mira", actor_type: null } };
      const type = typeof value === "string" ? described(value, 64) : "invalid";
      return { row: { actor_name: "mira", actor_type: type, user_id: null } };
    },
  },
  {
    name: "target.size",
    write: writer(["target", "size"]),
    rest: ({ value }) => ({ row: { size_bytes: value === 42 ? "42" : null } }),
  },
  {
    name: "timestamp",
    write: writer(["timestamp"]),
    rest: () => ({ row: { timestamp_source: "received" } }),
  },
];
