import { METRICS, type Metric } from "@tallyman/events";

const PREFIX = "i_container_registry_";
const SUFFIX = "_user";

/** The union of the five writing actions has a name of its own at GitLab. */
const WRITES = "writes";

/** GitLab's name of a metric's event, `i_container_registry_push_tag_user`. */
export function gitlabEventOf(metric: Metric): string {
  return `${PREFIX}${metric === "any_write" ? WRITES : metric}${SUFFIX}`;
}

/** The metric of a name, ours or GitLab's. */
export function metricNamed(name: string): Metric | undefined {
  return METRICS.find((metric) => metric === name || gitlabEventOf(metric) === name);
}
