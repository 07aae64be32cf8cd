import { ACTIONS, type Action } from "./action.ts";

/** Whose distinct users are counted: every action, and the unions of the writing and of the reading ones. */
export const METRICS = [...ACTIONS, "any_write", "any_read"] as const;
export type Metric = (typeof METRICS)[number];

/** The five actions that GitLab tracks. */
export const GITLAB_ACTIONS: ReadonlySet<Action> = new Set<Action>([
  "push_tag",
  "delete_tag",
  "push_repository",
  "create_repository",
  "delete_repository",
]);

const READING_ACTIONS: ReadonlySet<Action> = new Set<Action>(["pull_tag", "pull_manifest"]);

/** The metrics in which an event's user counts, each once. */
export function metricsOf(action: Action, createdRepository: boolean): readonly Metric[] {
  const metrics: Metric[] = [action];
  if (createdRepository && action !== "create_repository") metrics.push("create_repository");
  if (GITLAB_ACTIONS.has(action)) metrics.push("any_write");
  if (READING_ACTIONS.has(action)) metrics.push("any_read");
  return metrics;
}
