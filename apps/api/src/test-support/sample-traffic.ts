import { createPool, PostgresTrackingStore } from "@tallyman/database";
import { readNotification } from "@tallyman/events";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

interface Sample {
  readonly at: string;
  readonly action: "push" | "pull" | "delete";
  readonly repository: string;
  readonly tag?: string;
  readonly layer?: boolean;
  readonly size?: number;
  readonly actor?: string;
}

/** Two registries over a week's end, a month's end and a year's end. */
const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  dock: [
    {
      at: "2025-12-31T23:59:59.999999999Z",
      action: "push",
      repository: "team/web",
      tag: "v1",
      actor: "ann",
    },
    { at: "2026-01-01T08:00:00Z", action: "pull", repository: "team/web", tag: "v1", actor: "bob" },
    { at: "2026-01-04T23:00:00Z", action: "pull", repository: "team/web", tag: "v1", actor: "Ann" },
    { at: "2026-01-05T00:00:00.123456Z", action: "pull", repository: "team/web", actor: "ann" },
    { at: "2026-01-05T01:00:00Z", action: "push", repository: "team/web", tag: "v2", actor: "ann" },
    {
      at: "2026-01-05T01:00:01Z",
      action: "push",
      repository: "team/web",
      layer: true,
      size: 7_000_000_000,
    },
    {
      at: "2026-01-06T10:00:00Z",
      action: "push",
      repository: "team/api",
      tag: "main",
      actor: "bob",
    },
    { at: "2026-01-06T11:00:00Z", action: "pull", repository: "team/api", tag: "main", size: 800 },
    {
      at: "2026-01-07T11:00:00Z",
      action: "push",
      repository: "team/api",
      tag: "old",
      actor: "bob",
    },
    {
      at: "2026-01-08T11:00:00Z",
      action: "delete",
      repository: "team/api",
      tag: "old",
      actor: "bob",
    },
    {
      at: "2026-01-08T12:00:00Z",
      action: "pull",
      repository: "mirror/alpine",
      tag: "3",
      actor: "cid",
    },
    {
      at: "2026-01-09T12:00:00Z",
      action: "push",
      repository: "100%/odd_name",
      tag: "x",
      actor: "cid",
    },
  ],
  quay: [
    { at: "2026-01-06T09:00:00Z", action: "push", repository: "team/web", tag: "v1", actor: "ann" },
    { at: "2026-01-20T09:00:00Z", action: "pull", repository: "team/web", tag: "v1", actor: "ann" },
    { at: "2026-02-02T09:00:00Z", action: "delete", repository: "gone/away" },
  ],
};

/** How many of these events there are, by what becomes of them: one is sent twice, and one is no event. */
export const SENT = { received: 17, tracked: 15, duplicates: 1, rejected: 1 };

/** The day on which the samples were received, first and last. */
export const RECEIVED = { dock: "2026-02-03", quay: "2026-02-04" };

/** Counts the sample traffic and imports two repositories that nobody has touched. */
export async function recordSampleTraffic(databaseUrl: string): Promise<void> {
  const pool = createPool({
    url: databaseUrl,
    max: 1,
    applicationName: "tallyman-test",
    onError: (error) => {
      throw error;
    },
  });
  const store = new PostgresTrackingStore(pool, "open");
  const send = (registry: "dock" | "quay", events: readonly unknown[]) =>
    store.record(
      readNotification({
        registry,
        receivedAt: `${RECEIVED[registry]}T12:00:00.000Z`,
        body: JSON.stringify({ events }),
      }),
    );
  const dock = (SAMPLES["dock"] ?? []).map(toWire);
  await send("dock", dock);
  await send("dock", dock.slice(0, 1));
  await send("quay", [...(SAMPLES["quay"] ?? []).map(toWire), { action: "sing" }]);
  await pool.query(
    "insert into container_repositories (registry, path, origin) values ('dock', 'attic/unused', 'import'), ('silo', 'attic/unused', 'import')",
  );
  await store.close();
}

function toWire(sample: Sample, index: number): unknown {
  const { at, action, repository, tag, layer = false, size = 500, actor } = sample;
  const digest = `sha256:${String(index).padStart(64, "0")}`;
  const content =
    action === "delete" ? {} : { mediaType: layer ? LAYER : MANIFEST, digest, size, length: size };
  return {
    id: `event-${index}`,
    timestamp: at,
    action,
    target: { repository, ...content, ...(tag === undefined ? {} : { tag }) },
    request: { id: `request-${index}`, method: action === "pull" ? "GET" : "PUT" },
    actor: actor === undefined ? {} : { name: actor },
  };
}
