import { metricDefinitions } from "./gitlab/metric-definitions.ts";
import { servicePing } from "./gitlab/service-ping.ts";
import { activity } from "./questions/activity.ts";
import { actorActivity } from "./questions/actor-activity.ts";
import { actors } from "./questions/actors.ts";
import { distinctUsers } from "./questions/distinct-users.ts";
import { events } from "./questions/events.ts";
import { ledger } from "./questions/ledger.ts";
import { pipeline } from "./questions/pipeline.ts";
import { registries } from "./questions/registries.ts";
import { rejectedEvent, rejectedEvents, rejectionReasons } from "./questions/rejected-events.ts";
import { repositories } from "./questions/repositories.ts";
import { repository } from "./questions/repository.ts";
import { repositoryActors } from "./questions/repository-actors.ts";
import { repositoryDaily } from "./questions/repository-daily.ts";
import { repositoryTags, tags } from "./questions/tags.ts";
import { topRepositories } from "./questions/top-repositories.ts";
import type { Route } from "./route.ts";

/** Every question, in the order in which a newcomer would ask. */
export const ROUTES: readonly Route[] = [
  registries,
  ledger,
  activity,
  distinctUsers,
  topRepositories,
  repositories,
  repository,
  repositoryDaily,
  repositoryTags,
  repositoryActors,
  tags,
  actors,
  actorActivity,
  events,
  rejectedEvents,
  // Before the one with {id}, which would take its last word for a number.
  rejectionReasons,
  rejectedEvent,
  pipeline,
  servicePing,
  ...metricDefinitions,
];
