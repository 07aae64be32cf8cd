import { OPERATIONS, TARGET_KINDS } from "@tallyman/events";
import { z } from "zod";
import {
  ACTION,
  ACTOR_NAME,
  ACTOR_TYPE,
  BYTES,
  COUNT,
  DIGEST,
  INSTANT,
  REGISTRY_LABEL,
  REPOSITORY,
  TAG,
} from "../schemas.ts";
import { count, instant } from "../sql-text.ts";

const text = (description: string, example: string) =>
  z
    .string()
    .nullable()
    .describe(description)
    .meta({ examples: [example] });

/** One row of `tracking_events`. */
export const EVENT_ROW = z.strictObject({
  occurred_at: INSTANT.describe("when it happened, by the sender's clock"),
  registry: REGISTRY_LABEL,
  event_id: z
    .string()
    .meta({ examples: ["5f0c7d86-3b1e-4a52-9a55-0c6b1e2d3f4a"] })
    .describe("the sender's id, unique within its registry; content:<hash> when it sent none"),
  received_at: INSTANT.describe("when ingest received it"),
  timestamp_source: z
    .enum(["event", "received"])
    .describe("received when received_at stands in for a time that was absent or unusable"),
  operation: z.enum(OPERATIONS).describe("head is a pull by HEAD: a check, not a download"),
  target_kind: z.enum(TARGET_KINDS),
  action: ACTION.describe("what it counts as"),
  created_repository: z.boolean().describe("whether it created its repository"),
  repository: REPOSITORY,
  tag: TAG.nullable().describe("null when the client used none"),
  digest: DIGEST.nullable().describe("null when unknown"),
  media_type: text("null when unknown", "application/vnd.oci.image.manifest.v1+json"),
  size_bytes: BYTES.nullable().describe("size of the target; null when unknown"),
  actor_name: ACTOR_NAME.nullable().describe("spelled as sent; null when anonymous"),
  actor_type: ACTOR_TYPE,
  user_id: COUNT.nullable().describe("number of the user; null when it counts as none"),
  user_agent: text("client software, as it named itself", "containerd/1.7.22"),
  request_id: text("the registry's id of the client's request", "8d1c3f0e"),
  source_instance: text("the registry process that sent it", "registry-0"),
});

export type EventRow = z.infer<typeof EVENT_ROW>;

export type EventRecord = Omit<EventRow, "size_bytes" | "user_id"> & {
  readonly size_bytes: string | null;
  readonly user_id: string | null;
};

export const EVENT_COLUMNS = Object.keys(EVENT_ROW.shape)
  .map((name) =>
    name === "occurred_at" || name === "received_at"
      ? `${instant(`e.${name}`)} as ${name}`
      : `e.${name}`,
  )
  .join(", ");

export function toEventRow({ size_bytes, user_id, ...row }: EventRecord): EventRow {
  return {
    ...row,
    size_bytes: size_bytes === null ? null : count(size_bytes),
    user_id: user_id === null ? null : count(user_id),
  };
}
