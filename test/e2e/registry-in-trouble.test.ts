import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { allDelivered, pushImage } from "./images.ts";
import { AUTHORIZATION, Pipeline } from "./pipeline.ts";

/** Events that one push makes: a layer, a configuration and a manifest. */
const EVENTS_OF_A_PUSH = 3;

describe("a real registry while Tallyman is in trouble", () => {
  let pipeline: Pipeline;
  let registry: TestRegistry;

  before(async function () {
    this.timeout(60_000);
    pipeline = await Pipeline.prepare();
    registry = await startRegistry(pipeline.notificationUrl, AUTHORIZATION);
  });

  after(async () => {
    try {
      await registry.stop();
    } finally {
      await pipeline.stop();
    }
  });

  /** Every event of so many pushes is counted once, whatever was delivered twice. */
  const expectCountedOnce = async (pushes: number): Promise<void> => {
    await allDelivered(registry);
    await eventually("everything is counted", async () => {
      const { received, tracked } = await pipeline.ledger();
      return (
        received >= (await registry.deliveries()).successes && tracked >= EVENTS_OF_A_PUSH * pushes
      );
    });
    const { received, tracked, duplicates, rejected } = await pipeline.ledger();
    expect(tracked).to.equal(EVENTS_OF_A_PUSH * pushes);
    expect(rejected).to.equal(0);
    expect(received).to.equal(tracked + duplicates);
    const [counted] = await pipeline.query(`
      select (select count(*)::int from tracking_events) as rows,
             (select count(*)::int from container_repositories) as repositories,
             (select sum(repositories_created)::int from event_rollups) as created,
             (select sum(pushes)::int from tag_stats) as tag_pushes`);
    expect(counted).to.deep.equal({
      rows: tracked,
      repositories: pushes,
      created: pushes,
      tag_pushes: pushes,
    });
  };

  it("keeps its events while nobody listens, and has each counted once when somebody does", async function () {
    this.timeout(60_000);
    await pushImage(registry, "late/ingest", "1");
    await eventually("the registry was not answered", async () => {
      const { errors, pending } = await registry.deliveries();
      return errors > 0 && pending === EVENTS_OF_A_PUSH;
    });
    await pipeline.startRedis();
    await Promise.all([pipeline.startIngest(), pipeline.startWorker()]);
    await expectCountedOnce(1);
    expect((await pipeline.ledger()).duplicates).to.equal(0);
  });

  it("keeps its events while Redis is gone, and has each counted once when it is back", async function () {
    this.timeout(60_000);
    await pipeline.killRedis();
    await pushImage(registry, "late/redis", "1");
    await eventually("the registry was told to keep them", async () => {
      const { statuses, pending } = await registry.deliveries();
      return (statuses["503 Service Unavailable"] ?? 0) > 0 && pending === EVENTS_OF_A_PUSH;
    });
    await pipeline.startRedis();
    await expectCountedOnce(2);
  });

  it("has an event counted once that was stored although its delivery was refused", async function () {
    this.timeout(60_000);
    const before = (await registry.deliveries()).failures;
    pipeline.freezeRedis(true);
    try {
      await pushImage(registry, "frozen/redis", "1");
      await eventually(
        "a delivery was refused",
        async () => (await registry.deliveries()).failures > before,
      );
    } finally {
      pipeline.freezeRedis(false);
    }
    await expectCountedOnce(3);
    // The command that Redis had not answered in time was in its socket, and was carried out when it went on.
    expect((await pipeline.ledger()).duplicates).to.be.above(0);
  });
});
