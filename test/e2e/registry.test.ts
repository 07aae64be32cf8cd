import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import type { OciImage } from "../support/oci-image.ts";
import type { AppProcess } from "../support/processes.ts";
import { MATE, PILOT, startRegistry, type TestRegistry } from "../support/registry.ts";
import { allDelivered, pullImage, pushImage } from "./images.ts";
import { AUTHORIZATION, Pipeline } from "./pipeline.ts";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

describe("a real registry that notifies the real processes", () => {
  let pipeline: Pipeline;
  let registry: TestRegistry;
  let image: OciImage;
  let apps: AppProcess[];

  before(async function () {
    this.timeout(60_000);
    pipeline = await Pipeline.prepare();
    await pipeline.startRedis();
    apps = await Promise.all([pipeline.startIngest(), pipeline.startWorker()]);
    registry = await startRegistry(pipeline.notificationUrl, AUTHORIZATION);

    image = await pushImage(registry, "harbour/crane", "1.4.0");
    await pullImage(registry, "harbour/crane", "1.4.0");
    const { digest } = image.manifest;
    await registry.call(MATE, "HEAD", "/v2/harbour/crane/manifests/1.4.0", 200);
    await registry.call(MATE, "GET", `/v2/harbour/crane/manifests/${digest}`, 200);
    const mount = `mount=${image.layer.digest}&from=harbour/crane`;
    await registry.call(PILOT, "POST", `/v2/harbour/winch/blobs/uploads/?${mount}`, 201);
    await registry.call(PILOT, "DELETE", `/v2/harbour/crane/manifests/${digest}`, 202);

    await allDelivered(registry);
    await eventually("everything is counted", async () => {
      const { received } = await pipeline.ledger();
      return received >= (await registry.deliveries()).successes;
    });
  });

  after(async () => {
    try {
      await registry.stop();
    } finally {
      await pipeline.stop();
    }
  });

  it("finds each of its operations in tracking_events, in its order", async () => {
    const { manifest, config, layer } = image;
    const rows = await pipeline.query(`
      select action, created_repository, repository, tag, digest, media_type, size_bytes::int, actor_name
      from tracking_events order by occurred_at`);
    const row = (
      action: string,
      actor: string,
      target: { tag?: string; digest?: string; type?: string; size?: number; winch?: boolean },
      creates = false,
    ) => ({
      action,
      created_repository: creates,
      repository: target.winch === true ? "harbour/winch" : "harbour/crane",
      tag: target.tag ?? null,
      digest: target.digest ?? null,
      media_type: target.type ?? null,
      size_bytes: target.size ?? null,
      actor_name: actor,
    });
    const blob = (of: { digest: string; size: number }) => ({
      ...of,
      type: "application/octet-stream",
    });
    const manifestTarget = { ...manifest, type: MANIFEST_TYPE };
    const tag = "1.4.0";
    expect(rows).to.deep.equal([
      row("create_repository", "pilot", blob(layer), true),
      row("push_blob", "pilot", blob(config)),
      row("push_tag", "pilot", { ...manifestTarget, tag }),
      row("pull_tag", "Mate", { ...manifestTarget, tag }),
      row("pull_blob", "Mate", blob(layer)),
      row("pull_blob", "Mate", blob(config)),
      row("head_tag", "Mate", { ...manifestTarget, tag }),
      row("pull_manifest", "Mate", manifestTarget),
      row("mount_blob", "pilot", { ...blob(layer), winch: true }, true),
      row("delete_manifest", "pilot", { digest: manifest.digest }),
      row("delete_tag", "pilot", { tag }),
    ]);
  });

  it("is told apart, with its own times and ids", async () => {
    // Ingest tells whole milliseconds, and the registry delivers within less.
    const rows = await pipeline.query(`
      select bool_and(registry = 'harbour') as ours, bool_and(timestamp_source = 'event') as own_times,
             bool_and(occurred_at between received_at - interval '1 minute' and received_at + interval '1 ms') as recent,
             bool_and(event_id ~ '^[0-9a-f-]{36}$') as own_ids, count(distinct event_id)::int as ids,
             count(distinct source_instance)::int as instances, bool_and(request_id is not null) as requests,
             bool_and(actor_type is null) as untyped, bool_and(user_agent <> '') as agents
      from tracking_events`);
    expect(rows).to.deep.equal([
      {
        ours: true,
        own_times: true,
        recent: true,
        own_ids: true,
        ids: 11,
        instances: 1,
        requests: true,
        untyped: true,
        agents: true,
      },
    ]);
  });

  it("has said as often as the ledger that something was delivered", async () => {
    const { successes, failures, errors } = await registry.deliveries();
    const { received, tracked, duplicates, rejected } = await pipeline.ledger();
    expect({ failures, errors }).to.deep.equal({ failures: 0, errors: 0 });
    expect(tracked + duplicates + rejected).to.equal(successes);
    expect({ received, tracked, duplicates, rejected }).to.deep.equal({
      received: 11,
      tracked: 11,
      duplicates: 0,
      rejected: 0,
    });
    expect(await pipeline.query("select * from rejected_events")).to.deep.equal([]);
  });

  it("has two repositories, the second by a mount", async () => {
    const rows = await pipeline.query(`
      select path, origin, deleted_at,
             created_at = (select occurred_at from tracking_events e
                           where e.repository = path and e.created_repository) as created_by_event
      from container_repositories order by path`);
    expect(rows).to.deep.equal(
      ["harbour/crane", "harbour/winch"].map((path) => ({
        path,
        origin: "push",
        deleted_at: null,
        created_by_event: true,
      })),
    );
  });

  it("has two users, whose names compare without case", async () => {
    const rows = await pipeline.query(`
      select username, count(*)::int as events
      from users join tracking_events on user_id = users.id group by username order by username`);
    expect(rows).to.deep.equal([
      { username: "mate", events: 5 },
      { username: "pilot", events: 6 },
    ]);
  });

  it("has one distinct user in each metric of its day, week and month", async () => {
    const rows = await pipeline.query<{ metric: string; periods: string; users: number }>(`
      select metric, string_agg(distinct period, ',' order by period) as periods, max(distinct_users)::int as users
      from distinct_user_rollups group by metric order by metric`);
    const metrics = [
      "any_read",
      "any_write",
      "create_repository",
      "delete_manifest",
      "delete_tag",
      "head_tag",
      "mount_blob",
      "pull_blob",
      "pull_manifest",
      "pull_tag",
      "push_blob",
      "push_tag",
    ];
    expect(rows).to.deep.equal(
      metrics.map((metric) => ({ metric, periods: "day,month,week", users: 1 })),
    );
    const [window] = await pipeline.query(`
      select distinct_users('any_read', current_date - 2, current_date + 2)::int as reading,
             distinct_users('any_write', current_date - 2, current_date + 2, 'harbour')::int as writing,
             distinct_users('any_write', current_date - 2, current_date + 2, 'dock')::int as elsewhere,
             distinct_users('any_write', current_date - 9, current_date - 2)::int as before`);
    expect(window).to.deep.equal({ reading: 1, writing: 1, elsewhere: 0, before: 0 });
  });

  it("has its events and bytes by action, in the whole and by repository", async () => {
    const { manifest, config, layer } = image;
    const moved: Record<string, [events: number, bytes: number, created: number]> = {
      create_repository: [1, layer.size, 1],
      delete_manifest: [1, 0, 0],
      delete_tag: [1, 0, 0],
      head_tag: [1, 0, 0],
      mount_blob: [1, 0, 1],
      pull_blob: [2, layer.size + config.size, 0],
      pull_manifest: [1, manifest.size, 0],
      pull_tag: [1, manifest.size, 0],
      push_blob: [1, config.size, 0],
      push_tag: [1, manifest.size, 0],
    };
    const expected = Object.entries(moved).map(([action, [events, bytes, created]]) => ({
      action,
      events,
      bytes,
      created,
    }));
    const sums =
      "action, sum(events)::int as events, sum(bytes)::int as bytes, sum(repositories_created)::int as created";
    expect(
      await pipeline.query(
        `select ${sums} from event_rollups where registry = 'harbour' group by action order by action`,
      ),
    ).to.deep.equal(expected);
    expect(
      await pipeline.query(
        `select repository, ${sums} from repository_daily group by repository, action order by action`,
      ),
    ).to.deep.equal(
      expected.map((row) => ({
        repository: row.action === "mount_blob" ? "harbour/winch" : "harbour/crane",
        ...row,
      })),
    );
  });

  it("has the statistics of its repositories, with the times of the events", async () => {
    const { manifest, config, layer } = image;
    const rows = await pipeline.query(`
      select repository, pushes::int, pulls::int, bytes_pushed::int, bytes_pulled::int,
             first_pushed_at = (select min(occurred_at) from tracking_events where action = 'push_tag') as first_push,
             last_pushed_at = (select max(occurred_at) from tracking_events where action = 'push_tag') as last_push,
             first_pulled_at = (select min(occurred_at) from tracking_events where action = 'pull_tag') as first_pull,
             last_pulled_at = (select max(occurred_at) from tracking_events where action = 'pull_manifest') as last_pull
      from repository_stats order by repository`);
    const never = { first_push: null, last_push: null, first_pull: null, last_pull: null };
    expect(rows).to.deep.equal([
      {
        repository: "harbour/crane",
        pushes: 1,
        pulls: 2,
        bytes_pushed: layer.size + config.size + manifest.size,
        bytes_pulled: layer.size + config.size + 2 * manifest.size,
        first_push: true,
        last_push: true,
        first_pull: true,
        last_pull: true,
      },
      {
        repository: "harbour/winch",
        pushes: 0,
        pulls: 0,
        bytes_pushed: 0,
        bytes_pulled: 0,
        ...never,
      },
    ]);
  });

  it("has the actors of its repositories", async () => {
    const rows = await pipeline.query(`
      select repository, actor_name, actor_type, pushes::int, pulls::int,
             (first_seen_at, last_seen_at) = (
               select min(occurred_at), max(occurred_at) from tracking_events e
               where e.repository = a.repository and lower(e.actor_name) = a.actor_name) as seen
      from repository_actors a order by repository, actor_name`);
    const row = (repository: string, actor: string, pushes: number, pulls: number) => ({
      repository,
      actor_name: actor,
      actor_type: null,
      pushes,
      pulls,
      seen: true,
    });
    expect(rows).to.deep.equal([
      row("harbour/crane", "mate", 0, 2),
      row("harbour/crane", "pilot", 1, 0),
      row("harbour/winch", "pilot", 0, 0),
    ]);
  });

  it("has the statistics of its tag, which is deleted", async () => {
    const at = (action: string): string =>
      `(select occurred_at from tracking_events where action = '${action}')`;
    const rows = await pipeline.query(`
      select repository, tag, digest, pushes::int, pulls::int,
             first_pushed_at = ${at("push_tag")} and last_pushed_at = first_pushed_at as pushed,
             first_pulled_at = ${at("pull_tag")} and last_pulled_at = first_pulled_at as pulled,
             deleted_at = ${at("delete_tag")} as deleted
      from tag_stats`);
    expect(rows).to.deep.equal([
      {
        repository: "harbour/crane",
        tag: "1.4.0",
        digest: image.manifest.digest,
        pushes: 1,
        pulls: 1,
        pushed: true,
        pulled: true,
        deleted: true,
      },
    ]);
  });

  it("left nothing in the logs but that the processes run", async () => {
    const logs = (await Promise.all(apps.map((app) => app.logs()))).flat();
    expect(logs.map(({ message }) => message)).to.have.members(["ingest listens", "worker counts"]);
  });

  it("sees both processes end cleanly", async () => {
    for (const app of apps) expect(await app.stop()).to.deep.equal({ code: 0, signal: null });
  });
});
