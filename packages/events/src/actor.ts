import { DESCRIPTION_LIMITS } from "./limits.ts";
import { cleanText, isAbsent } from "./text.ts";

/** The `user_type`s of GitLab's registry that stand for a person (or a person's job). */
const USER_TYPES: ReadonlySet<string> = new Set([
  "personal_access_token",
  "build",
  "gitlab_or_ldap",
]);

/** The wire's `user_type`: text as it is, absent as null, anything else as `invalid`. */
export function actorTypeOf(userType: unknown): string | null {
  if (isAbsent(userType)) return null;
  return typeof userType === "string"
    ? cleanText(userType, DESCRIPTION_LIMITS.actorType)
    : "invalid";
}

/**
 * Whether an actor counts as a user: it has a name, and a type that stands for a person or none at all (upstream
 * registries never send one). Deploy tokens and unknown types are tracked, never counted.
 */
export function isUser(name: string | null, type: string | null): boolean {
  return name !== null && (type === null || USER_TYPES.has(type));
}

/** The form in which names are compared and kept in `users`: without case. */
export function usernameOf(name: string): string {
  return name.toLowerCase();
}
