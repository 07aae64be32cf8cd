import { replaceMembers } from "./json-text.ts";
import { IDENTIFIER_LIMITS } from "./limits.ts";
import { isLongerThan, isStorable } from "./text.ts";

/** What stands in the place of a value that is not kept. The law reads it as absent. */
const ABSENT = '""';

/** Members that are never kept: addresses of clients, and GitLab's signed token that tells who the actor is. */
const NEVER_KEPT: ReadonlySet<string> = new Set(["request.addr", "actor.addr", "actor.user"]);

/**
 * The text of a rejected event, or of a body that is one, without what is never kept. Everything else stays as it was
 * written, so that it can be replayed.
 *
 * @param json valid JSON text
 */
export function withoutClientData(json: string): string {
  return replaceMembers(json, (parent, key, isNested) => {
    if (NEVER_KEPT.has(`${parent}.${key}`.toLowerCase())) return emptied;
    // Text where an object belongs is never read, and may be the address itself.
    return key.toLowerCase() === "request" && !isNested ? emptied : undefined;
  });
}

/**
 * The same text with other names of actors.
 *
 * @param json valid JSON text
 * @param nameOf what a usable name becomes; null for none
 */
export function withActorNames(json: string, nameOf: (name: string) => string | null): string {
  return replaceMembers(json, (parent, key, isNested) => {
    if (`${parent}.${key}`.toLowerCase() === "actor.name") return (value) => renamed(value, nameOf);
    return key.toLowerCase() === "actor" && !isNested ? emptied : undefined;
  });
}

function emptied(value: string): string {
  return value === "null" ? value : ABSENT;
}

/** A name's text. One that rejects its event is emptied, but in a way that still rejects it for the same reason. */
function renamed(value: string, nameOf: (name: string) => string | null): string {
  const name: unknown = JSON.parse(value);
  if (typeof name === "number") return "0";
  if (typeof name === "boolean" || name === null || name === "") return value;
  if (typeof name === "object") return Array.isArray(name) ? "[]" : "{}";
  const text = name as string;
  if (!isStorable(text)) return UNSTORABLE;
  if (isLongerThan(text, IDENTIFIER_LIMITS.actorName)) return TOO_LONG;
  const replacement = nameOf(text);
  return replacement === null ? ABSENT : JSON.stringify(replacement);
}

const UNSTORABLE = JSON.stringify("\0");
const TOO_LONG = JSON.stringify("x".repeat(IDENTIFIER_LIMITS.actorName + 1));
