import { readNotification } from "@tallyman/events";
import { expect } from "chai";
import { countingForTests } from "../../../test/support/counting.ts";
import {
  dayOf,
  daysSince,
  groups,
  halfAYear,
  isTag,
  mondayOf,
  monthOf,
  reads,
  REGISTRIES,
  sum,
  toEvent,
  type Fact,
} from "../../../test/support/half-a-year.ts";
import type { PostgresTrackingStore } from "./postgres-tracking-store.ts";

describe("The views", () => {
  const counting = countingForTests();
  const facts = halfAYear();
  const manifests = facts.filter(({ what }) => what !== "layer");

  /** The first push into each repository, and the day on which it was received. */
  const creations = groups(
    facts.filter(({ does }) => does === "push"),
    ({ registry, repository }) => [registry, repository],
  ).map(([, [first]]) => first as Fact);

  const receivedAt = new Date().toISOString();
  let store: PostgresTrackingStore;
  const send = (events: readonly unknown[], registry: string) =>
    store.record(readNotification({ registry, receivedAt, body: JSON.stringify({ events }) }));

  afterEach(() => store.close());
  beforeEach(async () => {
    store = counting.open("open");
    for (const registry of REGISTRIES) {
      const events = facts.flatMap((fact, index) =>
        fact.registry === registry ? [toEvent(fact, index)] : [],
      );
      await send(events, registry);
      await send([events[0], { id: "bad", action: "fly" }], registry);
    }
  });

  const rows = async (query: string): Promise<unknown[]> => {
    const client = await counting.admin.connect();
    try {
      await client.query("set role tallyman_reader");
      return (await client.query<Record<string, unknown>>(query)).rows;
    } finally {
      await client.query("reset role");
      client.release();
    }
  };

  const usersWho = (list: readonly Fact[], does: (fact: Fact) => boolean): number =>
    new Set(
      list.flatMap((fact) =>
        fact.who !== undefined && fact.type === undefined && does(fact)
          ? [fact.who.toLowerCase()]
          : [],
      ),
    ).size;
  /** A push that creates counts as a creation, also when it is a layer; so does a delete of a manifest with its type. */
  const writes = (fact: Fact): boolean =>
    (fact.does === "push" && (fact.what !== "layer" || creations.includes(fact))) ||
    (fact.does === "delete" && fact.what !== "layer");

  for (const [view, period, startOf] of [
    ["weekly_active_users", "week", mondayOf],
    ["monthly_active_users", "month", monthOf],
  ] as const) {
    it(`${view} counts the different users of each ${period}`, async () => {
      const expected = groups(facts, ({ registry, at }) => [registry, startOf(at)])
        .map(([[registry, start], list]) => ({
          registry,
          start,
          readers: usersWho(list, reads),
          writers: usersWho(list, writes),
          tag_pushers: usersWho(list, isTag("push")),
          tag_deleters: usersWho(list, isTag("delete")),
          repository_creators: usersWho(list, (fact) => creations.includes(fact)),
          is_complete: start !== startOf(new Date()),
        }))
        .filter(({ readers, writers }) => readers + writers > 0);
      expect(expected.length).to.be.greaterThan(10);
      expect(
        await rows(
          `select registry, ${period}::text as start, readers::int, writers::int, tag_pushers::int,
             tag_deleters::int, repository_creators::int, is_complete
           from ${view} order by registry, ${period}`,
        ),
      ).to.deep.equal(expected);
    });
  }

  it("daily_activity adds each day up", async () => {
    const expected = groups(facts, ({ registry, at }) => [registry, dayOf(at)]).map(
      ([[registry, day], list]) => {
        const count = (is: (fact: Fact) => boolean): number => list.filter(is).length;
        const bytes = (does: Fact["does"]): number =>
          sum(list.filter((fact) => fact.does === does).map(({ size }) => size));
        return {
          registry,
          day,
          events: list.length,
          pulls: count(reads),
          head_checks: count(({ does, what }) => does === "head" && what !== "layer"),
          tag_pushes: count(isTag("push")),
          tag_deletes: count(isTag("delete")),
          repositories_created: count((fact) => creations.includes(fact)),
          bytes_pushed: bytes("push"),
          bytes_pulled: bytes("pull"),
        };
      },
    );
    expect(
      await rows(
        `select registry, day::text, events::int, pulls::int, head_checks::int, tag_pushes::int, tag_deletes::int,
           repositories_created::int, bytes_pushed::int, bytes_pulled::int
         from daily_activity order by registry, day`,
      ),
    ).to.deep.equal(expected);
  });

  it("repository_growth balances what came and went, imported repositories included", async () => {
    await counting.admin.query(
      `insert into container_repositories (registry, path, origin, created_at, deleted_at) values
         ('alpha', 'old/a', 'import', null, null), ('alpha', 'old/b', 'import', null, '2026-02-01T23:59:59Z'),
         ('alpha', 'new/c', 'push', '2026-01-31T00:00:00Z', '2026-02-01T00:00:00Z')`,
    );
    const changes = [
      ...creations.map(({ registry, at }) => ({
        registry,
        day: dayOf(at),
        created: 1,
        deleted: 0,
      })),
      { registry: "alpha", day: "2026-01-31", created: 1, deleted: 0 },
      { registry: "alpha", day: "2026-02-01", created: 0, deleted: 2 },
    ];
    const open: Record<string, number> = { alpha: 2, beta: 0 };
    const expected = groups(changes, ({ registry, day }) => [registry, day]).map(
      ([[registry = "", day], list]) => {
        const created = sum(list.map((change) => change.created));
        const deleted = sum(list.map((change) => change.deleted));
        open[registry] = (open[registry] ?? 0) + created - deleted;
        return { registry, day, created, deleted, open_repositories: open[registry] };
      },
    );
    expect(
      await rows(
        `select registry, day::text, created::int, deleted::int, open_repositories::int
         from repository_growth order by registry, day`,
      ),
    ).to.deep.equal(expected);
    expect(open["alpha"]).to.equal(
      (
        (await counting.one(
          "select count(*)::int as n from container_repositories where registry = 'alpha' and deleted_at is null",
        )) as { n: number }
      ).n,
    );
  });

  it("stale_tags has the tags that are there and that nobody has used for a month", async () => {
    await counting.admin.query(
      "update container_repositories set deleted_at = now() where registry = 'beta' and path = 'team/app-3'",
    );
    const expected = groups(
      facts.filter(({ what, does }) => what === "tag" && does !== "head"),
      ({ registry, repository, tag }) => [registry, repository, tag],
    ).flatMap(([[registry, repository, tag], list]) => {
      const lastOf = (does: Fact["does"]): Fact | undefined =>
        list.filter((fact) => fact.does === does).at(-1);
      const [pushed, pulled, deleted] = [lastOf("push"), lastOf("pull"), lastOf("delete")];
      const used = list.filter(({ does }) => does !== "delete").at(-1);
      if (used === undefined || (registry === "beta" && repository === "team/app-3")) return [];
      if (deleted !== undefined && (pushed === undefined || deleted.at > pushed.at)) return [];
      const idle = daysSince(used.at) ?? 0;
      return idle < 30
        ? []
        : [
            {
              registry,
              repository,
              tag,
              digest: pushed === undefined ? null : `sha256:${facts.indexOf(pushed)}`,
              pushes: list.filter(({ does }) => does === "push").length,
              pulls: list.filter(({ does }) => does === "pull").length,
              never_pulled: pulled === undefined,
              days_since_push: daysSince(pushed?.at),
              days_since_pull: daysSince(pulled?.at),
              idle_days: idle,
            },
          ];
    });
    expect(expected.length).to.be.greaterThan(10);
    expect(expected.filter(({ never_pulled }) => never_pulled)).to.not.deep.equal([]);
    expect(
      await rows(
        `select registry, repository, tag, digest, pushes::int, pulls::int, never_pulled, days_since_push,
           days_since_pull, idle_days
         from stale_tags order by registry collate "C", repository collate "C", tag collate "C"`,
      ),
    ).to.deep.equal(expected);
  });

  it("top_pullers ranks who pulled most in each registry", async () => {
    const named = manifests.filter(({ who }) => who !== undefined);
    const expected = groups(named, ({ registry, who = "" }) => [registry, who.toLowerCase()]).map(
      ([[registry, actor_name], list]) => ({
        registry,
        actor_name,
        actor_type: actor_name === "robot" ? "deploy_token" : null,
        pulls: list.filter(reads).length,
        pushes: list.filter(({ does }) => does === "push").length,
        repositories_pulled: new Set(list.filter(reads).map(({ repository }) => repository)).size,
      }),
    );
    const ranked = expected.map((puller) => ({
      ...puller,
      rank:
        1 +
        expected.filter(
          ({ registry, pulls: others }) => registry === puller.registry && others > puller.pulls,
        ).length,
    }));
    expect(
      await rows(
        `select registry, actor_name, actor_type, pulls::int, pushes::int, repositories_pulled::int, rank::int
         from top_pullers order by registry, actor_name`,
      ),
    ).to.deep.equal(ranked);
  });

  it("ledger_balance and registry_summary agree with what was sent", async () => {
    const tracked = (registry: string): Fact[] =>
      facts.filter((fact) => fact.registry === registry);
    const books = REGISTRIES.map((registry) => ({
      registry,
      received: tracked(registry).length + 2,
      tracked: tracked(registry).length,
      duplicates: 1,
      rejected: 1,
      balanced: true,
    }));
    expect(
      await rows(
        `select registry, received::int, tracked::int, duplicates::int, rejected::int, balanced
         from registry_summary order by registry`,
      ),
    ).to.deep.equal(books);
    expect(
      await rows(
        `select registry, day::text, difference::int, balanced, rejected_percent::float
         from ledger_balance order by registry`,
      ),
    ).to.deep.equal(
      books.map(({ registry, received }) => ({
        registry,
        day: receivedAt.slice(0, 10),
        difference: 0,
        balanced: true,
        rejected_percent: Math.round(10_000 / received) / 100,
      })),
    );
    expect(
      await rows(
        `select registry, open_repositories::int, bytes_pulled::int, last_day::text
         from registry_summary order by registry`,
      ),
    ).to.deep.equal(
      REGISTRIES.map((registry) => ({
        registry,
        open_repositories: creations.filter((fact) => fact.registry === registry).length,
        bytes_pulled: sum(
          tracked(registry)
            .filter(({ does }) => does === "pull")
            .map(({ size }) => size),
        ),
        last_day: receivedAt.slice(0, 10),
      })),
    );
    await counting.admin.query(
      "update event_rollups set events = events + 1 where registry = 'beta' and day = (select min(day) from event_rollups where registry = 'beta')",
    );
    expect(await rows("select registry from registry_summary where not balanced")).to.deep.equal([
      { registry: "beta" },
    ]);
  });

  it("rejected_by_reason tells what became of rejected events", async () => {
    await send([{ id: "1", action: "sing" }, { id: "2", action: "dance" }, 7], "alpha");
    await counting.admin.query(
      "update rejected_events set replayed_at = now() where event_id = '1'",
    );
    await counting.admin.query(
      "update rejected_events set discarded_at = now(), payload = '' where event_id = '2'",
    );
    expect(
      await rows(
        `select registry, reason, open::int, replayed::int, discarded::int
         from rejected_by_reason order by registry, reason`,
      ),
    ).to.deep.equal([
      { registry: "alpha", reason: "action_unknown", open: 1, replayed: 1, discarded: 1 },
      { registry: "alpha", reason: "not_an_object", open: 1, replayed: 0, discarded: 0 },
      { registry: "beta", reason: "action_unknown", open: 1, replayed: 0, discarded: 0 },
    ]);
  });
});
