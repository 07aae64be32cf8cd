import { ACTIONS, METRICS } from "@tallyman/events";
import { z } from "zod";

/** Values as answers show them. Their descriptions and examples make the OpenAPI document. */

/** A number of anything. JSON readers hold whole numbers up to 2^53 exactly; greater ones are text. */
export const COUNT = z
  .union([z.int().min(0), z.string().regex(/^[0-9]{16,}$/)])
  .describe("a whole number; as text when it is greater than JSON readers hold exactly (2^53 - 1)")
  .meta({ examples: [42] });

export const BYTES = COUNT.describe("bytes; as text from 2^53 on").meta({ examples: [73_400_320] });

/** A point in time: UTC, six digits, as `instant` writes it. */
export const INSTANT = z
  .string()
  .regex(/^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/)
  .meta({ format: "date-time", examples: ["2026-01-31T12:00:00.000000Z"] })
  .describe("UTC, in microseconds");

export const LATER_INSTANT = INSTANT.nullable().describe("UTC, in microseconds; null when never");

export const DAY = z.iso
  .date()
  .meta({ examples: ["2026-01-31"] })
  .describe("UTC day");

export const REGISTRY_LABEL = z
  .string()
  .meta({ examples: ["hub"] })
  .describe("label of the registry");

/** What a question was restricted to. */
export const ASKED_REGISTRY = REGISTRY_LABEL.nullable().describe("null when all were asked for");

export const REPOSITORY = z
  .string()
  .meta({ examples: ["team/web"] })
  .describe("path of the repository within its registry");

export const TAG = z
  .string()
  .meta({ examples: ["v1.2.0"] })
  .describe("tag");

export const DIGEST = z
  .string()
  .meta({ examples: [`sha256:${"0a".repeat(32)}`] })
  .describe("digest of the manifest or blob");

export const ACTOR_NAME = z
  .string()
  .meta({ examples: ["ann"] })
  .describe("name of who did it");

export const ACTOR_TYPE = z
  .string()
  .nullable()
  .meta({ examples: ["gitlab_or_ldap"] })
  .describe("the sender's user_type; null when it sent none");

export const ACTION = z.enum(ACTIONS).describe("what the events count as");

export const METRIC = z.enum(METRICS);

export const NEXT_CURSOR = z
  .string()
  .nullable()
  .meta({ examples: [null] })
  .describe("the cursor of the next page; null on the last one");

/** First day and the day after the last of what was asked. */
export const WINDOW = {
  from: DAY.describe("first UTC day"),
  to: DAY.describe("first UTC day after the window"),
};
