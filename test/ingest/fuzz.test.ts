import { createPool, PostgresTrackingStore } from "@tallyman/database";
import { MemoryQueue } from "@tallyman/queue";
import { expect } from "chai";
import fc from "fast-check";
import { Batcher } from "../../apps/worker/src/batcher.ts";
import { anyBytes, jsonObjects } from "../support/arbitrary-bodies.ts";
import { eventually } from "../support/eventually.ts";
import { RawConnection, type RawResponse } from "../support/raw-http.ts";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { SECRET, startIngestApp, type IngestApp } from "./ingest-app.ts";

/** Milliseconds that each kind of input is tried; a failure prints the seed that repeats it. */
const TIME_LIMIT_MS = 4_000;

const MAX_BODY_BYTES = 100_000;

describe("ingest and worker, given anything at all", function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let app: IngestApp;
  let queue: MemoryQueue;
  let store: PostgresTrackingStore;
  let connection: RawConnection;
  const retries: unknown[] = [];
  let accepted = 0;

  before(async () => {
    database = await createTestDatabase();
    const pool = createPool({
      url: database.url,
      max: 2,
      applicationName: "test",
      onError: () => undefined,
    });
    store = new PostgresTrackingStore(pool, "open");
    queue = new MemoryQueue();
    const batcher = new Batcher({
      store,
      maxEvents: 500,
      lanes: 1,
      laneEvents: 1,
      onRecorded: () => undefined,
      onRetry: (error) => retries.push(error),
      pause: () => Promise.reject(new Error("nothing of this may need another attempt")),
    });
    queue.consume((notifications) => batcher.add(notifications), 100);
    app = await startIngestApp(queue, MAX_BODY_BYTES);
    connection = await RawConnection.open(app.url);
  });

  after(async () => {
    connection.close();
    await app.close();
    await queue.close();
    await store.close();
    await database.drop();
  });

  async function post(headers: readonly string[], body: Uint8Array | string): Promise<RawResponse> {
    connection.post("/notifications", headers, Buffer.from(body));
    const response = await connection.response();
    // After HTTP that it cannot read Node ends the connection.
    if (response.headers.get("connection") === "close") {
      connection.close();
      connection = await RawConnection.open(app.url);
    }
    if (response.status === 200) {
      accepted += (JSON.parse(response.body) as { accepted: number }).accepted;
    }
    return response;
  }

  const AUTHORIZED = [`Authorization: ${SECRET}`];
  const limits = { numRuns: 5_000, interruptAfterTimeLimit: TIME_LIMIT_MS };

  it("answers 200 to every object of JSON, whatever it says", async () => {
    await fc.assert(
      fc.asyncProperty(jsonObjects, async (body) => {
        const { status } = await post(AUTHORIZED, body);
        // Long values many times over may make it larger than it may be.
        expect(status).to.equal(Buffer.byteLength(body) > MAX_BODY_BYTES ? 413 : 200);
      }),
      limits,
    );
  });

  it("answers 200 or 400 to any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        const { status } = await post(AUTHORIZED, bytes);
        expect(status).to.be.oneOf(bytes.length > MAX_BODY_BYTES ? [413] : [200, 400]);
      }),
      limits,
    );
  });

  it("answers 401 or 400 to any credentials but its own", async () => {
    const text = fc
      .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 60 })
      .map((units) => String.fromCharCode(...units));
    const scheme = fc.constantFrom("", "Bearer ", "Basic ", "bearer\t", "Digest ");
    await fc.assert(
      fc.asyncProperty(scheme, text, async (prefix, value) => {
        const { status } = await post([`Authorization: ${prefix}${value}`], "{}");
        expect(status).to.be.oneOf([400, 401]);
      }),
      { ...limits, numRuns: 1_000 },
    );
  });

  it("has met no error that nobody expected, and the ledger balances", async () => {
    await eventually("all that was acknowledged is counted", async () => {
      const { waiting, active } = await queue.depth();
      return waiting + active === 0;
    });
    expect(app.errors).to.deep.equal([]);
    expect(retries).to.deep.equal([]);
    const pool = createPool({
      url: database.url,
      max: 1,
      applicationName: "test",
      onError: () => undefined,
    });
    const { rows } = await pool.query<Record<string, number>>(
      `select sum(received)::int as received, sum(tracked)::int as tracked, sum(duplicates)::int as duplicates,
         sum(rejected)::int as rejected, (select count(*)::int from tracking_events) as tracked_rows,
         (select count(*)::int from rejected_events) as rejected_rows from ledger`,
    );
    await pool.end();
    const [total] = rows;
    const { received, tracked = 0, duplicates = 0, rejected = 0 } = total ?? {};
    expect(received).to.equal(accepted);
    expect(tracked + duplicates + rejected).to.equal(accepted);
    expect(total).to.include({ tracked_rows: tracked, rejected_rows: rejected });
    for (const [what, count] of Object.entries({ tracked, duplicates, rejected })) {
      expect(count, what).to.be.above(20);
    }
  });
});
