import { GITLAB_ACTIONS, METRICS, type Action, type Metric } from "@tallyman/events";
import { z } from "zod";
import { defineRoute, type Route } from "../route.ts";
import { JSON_TYPE, YAML_TYPE, type AnswerType } from "../send-answer.ts";
import { gitlabEventOf } from "./metric-names.ts";

/** Where GitLab's service ping has these numbers. */
export const KEY_PATH = ["redis_hll_counters", "user_container_registry"] as const;

/** GitLab's windows: the last complete ISO week, and the last four. */
export const TIME_FRAMES = [
  { time_frame: "7d", suffix: "weekly", weeks: 1, window: "the last complete ISO week" },
  { time_frame: "28d", suffix: "monthly", weeks: 4, window: "the last four complete ISO weeks" },
] as const;

const DEFINITION = z.strictObject({
  key_path: z.string().meta({
    examples: [
      "redis_hll_counters.user_container_registry.i_container_registry_push_tag_user_weekly",
    ],
  }),
  description: z.string().meta({
    examples: ["Exact number of different users with push_tag in the last complete ISO week"],
  }),
  value_type: z.literal("number"),
  status: z.literal("active"),
  time_frame: z.enum(["7d", "28d"]),
  data_source: z.literal("database").describe("counted exactly, not estimated by a sketch"),
  options: z.strictObject({
    events: z
      .array(z.string())
      .meta({ examples: [["i_container_registry_push_tag_user"]] })
      .describe("GitLab's names of the events whose users are counted"),
  }),
});

const DEFINITIONS: readonly z.infer<typeof DEFINITION>[] = METRICS.flatMap((metric) =>
  TIME_FRAMES.map(({ time_frame, suffix, window }) => ({
    key_path: [...KEY_PATH, `${gitlabEventOf(metric)}_${suffix}`].join("."),
    description: `Exact number of different users ${meaningOf(metric)} in ${window}`,
    value_type: "number" as const,
    status: "active" as const,
    time_frame,
    data_source: "database" as const,
    options: { events: eventsOf(metric) },
  })),
);

const PATH = "/api/v4/usage_data/metric_definitions";

/** As GitLab has it, YAML unless JSON is asked for, and under a name for each of them. */
export const metricDefinitions: readonly Route[] = [
  definitionsAs(PATH, [YAML_TYPE, JSON_TYPE]),
  definitionsAs(`${PATH}.yml`, [YAML_TYPE]),
  definitionsAs(`${PATH}.json`, [JSON_TYPE]),
];

function definitionsAs(path: string, types: readonly AnswerType[]): Route {
  return defineRoute({
    path,
    question: "Which of GitLab's metrics are served, and what does each of them count?",
    description: "One definition per metric and time frame.",
    types,
    parameters: z.object({}),
    response: z.array(DEFINITION),
    answer: async () => [...DEFINITIONS],
  });
}

function eventsOf(metric: Metric): string[] {
  return actionsOf(metric).map(gitlabEventOf);
}

function actionsOf(metric: Metric): readonly Action[] {
  if (metric === "any_write") return [...GITLAB_ACTIONS];
  if (metric === "any_read") return ["pull_tag", "pull_manifest"];
  return [metric];
}

function meaningOf(metric: Metric): string {
  if (metric === "create_repository") return "whose push or mount created a repository";
  const actions = actionsOf(metric);
  return actions.length === 1 ? `with ${metric}` : `with any of ${actions.join(", ")}`;
}
