/** The actions in the order in which charts stack them: what is read, written, made, removed, only looked at. */
export const ACTIONS = [
  "pull_tag",
  "pull_manifest",
  "pull_blob",
  "pull_repository",
  "push_tag",
  "push_repository",
  "push_blob",
  "mount_blob",
  "create_repository",
  "delete_tag",
  "delete_manifest",
  "delete_blob",
  "delete_repository",
  "rename_repository",
  "head_tag",
  "head_manifest",
  "head_blob",
  "head_repository",
] as const;

/** Whose distinct users are counted. */
export const METRICS = ["any_read", "any_write", ...ACTIONS] as const;

const METRIC_NAMES: Readonly<Record<string, string>> = {
  any_read: "any read",
  any_write: "any write",
};

/** What counts as a pull and as a push in all statistics: manifests, not layers. */
export const PULLS = ["pull_tag", "pull_manifest"];

/** A metric or action as people choose it. Actions keep the names that stand in SQL. */
export function metricName(metric: string): string {
  return METRIC_NAMES[metric] ?? metric;
}

/** The colour of an action, from the style sheet of the current theme. */
export function actionColour(action: string): string {
  const known = ACTIONS.some((name) => name === action);
  return cssColour(known ? `--action-${action.replace("_", "-")}` : "--muted");
}

/** A colour of the style sheet. */
export function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Actions sorted as charts stack them; one of a newer version comes last. */
export function sortedActions(actions: Iterable<string>): string[] {
  const rank = (action: string): number => {
    const index = ACTIONS.findIndex((known) => known === action);
    return index === -1 ? ACTIONS.length : index;
  };
  return [...actions].toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
