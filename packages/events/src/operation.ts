/** What was done at the registry. A HEAD is a check, kept apart from the pull that downloads. */
export const OPERATIONS = ["push", "pull", "head", "mount", "delete", "rename"] as const;
export type Operation = (typeof OPERATIONS)[number];

const WIRE_ACTIONS: ReadonlyMap<string, Operation> = new Map([
  ["push", "push"],
  ["pull", "pull"],
  ["mount", "mount"],
  ["delete", "delete"],
  ["rename", "rename"],
]);

/**
 * The operation of a wire action.
 *
 * @param method HTTP method of the client's request, if the event tells
 * @returns undefined for an action that this version does not know
 */
export function operationOf(action: string, method: unknown): Operation | undefined {
  const operation = WIRE_ACTIONS.get(action);
  return operation === "pull" && method === "HEAD" ? "head" : operation;
}
