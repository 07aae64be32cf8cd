import fc from "fast-check";

/**
 * Events for property tests: small pools of everything, so that keys collide as often as they can, and times around
 * the ends of days, weeks, months and years.
 */
const TIMES = [
  "2026-02-28T23:59:59.999999999Z",
  "2026-03-01T00:00:00Z",
  "2026-03-01T01:30:00+02:00",
  "2026-03-02T00:00:00.000001Z",
  "2025-12-31T23:59:60Z",
  "2026-01-01T00:00:00Z",
  "2025-12-29T12:00:00Z",
  "2024-02-29T12:00:00.5-05:00",
  "1999-12-31T23:00:00Z",
  "0001-01-01T00:00:00Z",
  "yesterday",
  "",
];
const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const LAYER = "application/octet-stream";

const target = fc.record({
  repository: fc.constantFrom("team/app", "tools", 'a\tb\\N\n\\.\r{"}'),
  tag: fc.constantFrom(undefined, undefined, "", "latest", "\\N"),
  digest: fc.constantFrom("", "sha256:aa", "sha256:bb", "sha256:Bc"),
  mediaType: fc.constantFrom(
    undefined,
    "",
    MANIFEST,
    LAYER,
    "application/vnd.oci.image.index.v1+json",
  ),
  size: fc.constantFrom(undefined, 0, 743, 31_000_000_000, Number.MAX_SAFE_INTEGER, -1, "big"),
});

const actor = fc.constantFrom(
  undefined,
  {},
  { name: "" },
  { name: "alice" },
  { name: "Alice" },
  { name: "bob", user_type: "build" },
  { name: "BOB", user_type: "gitlab_or_ldap" },
  { name: "ci", user_type: "deploy_token" },
  { name: "carol", user_type: 7 },
  { name: "dave", user_type: "personal_access_token" },
);

const anyEvent = (actions: readonly string[]): fc.Arbitrary<unknown> =>
  fc.record({
    timestamp: fc.constantFrom(...TIMES),
    action: fc.constantFrom(...actions),
    target,
    actor,
    request: fc.constantFrom(
      undefined,
      { method: "GET", addr: "192.0.2.7:40000" },
      { method: "HEAD", useragent: "skopeo" },
    ),
  });

/** A few people, two instants of one day and one or two tags: what meets there meets in every way. */
const crowdedEvent = (actions: readonly string[]): fc.Arbitrary<unknown> =>
  fc.record({
    timestamp: fc.constantFrom("2026-03-02T08:00:00Z", "2026-03-02T08:00:00.000001Z"),
    action: fc.constantFrom(...actions),
    target: fc.record({
      repository: fc.constantFrom("a", "b", "c"),
      tag: fc.constantFrom("v1", "v1", ""),
      digest: fc.constantFrom("", "sha256:aa", "sha256:Bc"),
      mediaType: fc.constantFrom(undefined, MANIFEST),
    }),
    actor: fc.constantFrom({ name: "alice" }, { name: "bob" }),
  });

const badEvent = fc.constantFrom<unknown>(
  7,
  null,
  "text",
  [],
  {},
  { action: "push" },
  { action: "fly", target: { repository: "a" } },
  { action: "push", target: {} },
  { action: "push", target: { repository: 5 } },
  { action: "pull", target: { repository: "nul\0" } },
  { action: "pull", target: { repository: "a", tag: "\ud800" } },
  { action: "pull", target: { repository: "a", tag: "t".repeat(129) } },
);

/** Whether a generated event deletes its repository, which makes creations depend on the order of arrival. */
export function closes(event: unknown): boolean {
  const { action, target: t } = event as { action?: string; target?: Record<string, unknown> };
  return action === "delete" && !t?.["digest"] && !t?.["tag"] && t?.["mediaType"] !== LAYER;
}

/**
 * Different events, each with an id of its own; some bad, and some without an id, which are recognised by content.
 *
 * @param closing whether some of them delete their repository
 */
export function events(closing: boolean): fc.Arbitrary<readonly unknown[]> {
  const actions = ["push", "push", "pull", "pull", "mount", "delete", "rename"];
  const kinds = [anyEvent(actions), crowdedEvent(actions)].map((kind) =>
    closing ? kind : kind.filter((candidate) => !closes(candidate)),
  );
  const identified = (pool: fc.Arbitrary<unknown>) =>
    fc
      .array(pool, { maxLength: 40 })
      .map((list) =>
        list.map((item, index) =>
          typeof item === "object" && item !== null && !Array.isArray(item)
            ? { ...item, id: `${index}` }
            : item,
        ),
      );
  return fc
    .constantFrom(...kinds)
    .chain((event) =>
      fc
        .tuple(
          identified(event),
          fc.array(badEvent, { maxLength: 4 }),
          fc.uniqueArray(event, { maxLength: 4, selector: (item) => JSON.stringify(item) }),
        )
        .map(([good, bad, anonymous]) => [...good, ...bad, ...anonymous]),
    );
}

/** A delivery of events: repeated, in any order, split into any requests, from two registries. */
export interface Delivery {
  readonly registry: string;
  readonly events: readonly unknown[];
}

/** Deliveries of the given events in which each event of each registry arrives at least once. */
export function deliveries(
  source: fc.Arbitrary<readonly unknown[]>,
): fc.Arbitrary<readonly Delivery[]> {
  return source.chain((list): fc.Arbitrary<readonly Delivery[]> => {
    const sent = list.flatMap((event) =>
      ["alpha", "beta"].map((registry) => ({ registry, event })),
    );
    if (sent.length === 0) return fc.constant<readonly Delivery[]>([]);
    return fc
      .tuple(
        fc.array(fc.constantFrom(...sent), { maxLength: 20 }),
        fc.infiniteStream(fc.nat()),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
      )
      .map(([again, order, sizes]) => {
        const all = [...sent, ...again]
          .map((item) => ({ item, rank: order.next().value as number }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ item }) => item);
        const requests: Delivery[] = [];
        while (all.length > 0) {
          const [next] = all;
          const size = sizes.next().value as number;
          const taken = all.splice(0, size).filter(({ registry }, index, group) => {
            const mine = registry === next?.registry;
            if (!mine) all.push(group[index] as (typeof group)[number]);
            return mine;
          });
          requests.push({
            registry: next?.registry ?? "",
            events: taken.map(({ event }) => event),
          });
        }
        return requests;
      });
  });
}
