/** SQL of what a repetition of the seed has for itself. */
import { PREVIEW_PREFIX } from "./side-traffic.ts";
import { WORKLOAD } from "./workload.ts";

/** The seed spans whole days, so that a repetition moves by exactly so many. */
export const SPAN = `interval '${WORKLOAD.days} days'`;

/** Ids of the seed begin with the 8 digits of its run; those of a repetition with its number. */
export const newId = (copy: number): string =>
  `'${copy.toString(16).padStart(8, "0")}' || substr(event_id, 9)`;

/** Versions are of their time; `latest` and `main` stay. */
export const newTag = (copy: number | string): string =>
  `case when tag like 'v%' then tag || '-' || ${copy} else tag end`;

export const IS_SHORT_LIVED = `repository like '${PREVIEW_PREFIX}%'`;

/** Short-lived repositories are of their time too. */
export const newRepository = (copy: number | string): string =>
  `case when ${IS_SHORT_LIVED} then repository || '-' || ${copy} else repository end`;
