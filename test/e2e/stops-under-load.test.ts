import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import type { AppProcess } from "../support/processes.ts";
import { head, RawConnection } from "../support/raw-http.ts";
import { AUTHORIZATION, Pipeline } from "./pipeline.ts";

/** What orchestrators leave, less 5 s. */
const LONGEST_STOP_MS = 25_000;

const SENDERS = 20;

const HEADERS = [`Authorization: ${AUTHORIZATION}`];

describe("a process that is stopped under load", function () {
  this.timeout(120_000);
  let pipeline: Pipeline;
  let sent = 0;
  /** Ids of events that were answered with 200. */
  const acknowledged = new Set<string>();

  before(async () => {
    pipeline = await Pipeline.prepare();
    await pipeline.startRedis();
  });

  after(() => pipeline.stop());

  const body = (id: string): string =>
    JSON.stringify({ events: [{ id, action: "pull", target: { repository: "a/b", tag: "v1" } }] });

  /** Sends one event after the other on connections that stay open, until told to stop or nobody listens any more. */
  async function send(url: string, goesOn: () => boolean): Promise<void> {
    const connection = await RawConnection.open(url);
    try {
      while (goesOn()) {
        const id = String(++sent);
        connection.post("/notifications", HEADERS, body(id));
        if ((await connection.response()).status === 200) acknowledged.add(id);
      }
    } catch {
      // The connection has ended between two requests; what was not answered stays with its registry.
    } finally {
      connection.close();
    }
  }

  async function stop(app: AppProcess): Promise<void> {
    const started = performance.now();
    const ending = await app.stop();
    expect(ending).to.deep.equal({ code: 0, signal: null });
    expect(performance.now() - started).to.be.below(LONGEST_STOP_MS);
    const messages = (await app.logs()).map(({ message }) => message);
    expect(messages.slice(-2)).to.deep.equal(["stopping", "stopped"]);
  }

  const everythingIsCounted = (): Promise<void> =>
    eventually(
      "everything that was acknowledged is counted",
      async () => {
        const rows = await pipeline.query<{ id: string }>(
          "select event_id as id from tracking_events",
        );
        const counted = new Set(rows.map(({ id }) => id));
        return [...acknowledged].every((id) => counted.has(id));
      },
      60_000,
    );

  it("loses nothing when ingest is stopped, and answers whoever it has begun to hear", async () => {
    const ingest = await pipeline.startIngest();
    await eventually("it is ready", async () => (await fetch(`${ingest.opsUrl}/readyz`)).ok);
    const slow = await RawConnection.open(ingest.url);
    const text = body("slow");
    slow.write(head("POST", "/notifications", [...HEADERS, `Content-Length: ${text.length}`]));
    slow.write(text.slice(0, 10));
    const senders = Array.from({ length: SENDERS }, () => send(ingest.url, () => true));
    await eventually("the load runs", () => acknowledged.size > 500);

    const stopped = stop(ingest);
    await eventually("it is not ready any more", async () => {
      const { status } = await fetch(`${ingest.opsUrl}/readyz`);
      return status === 503;
    });
    slow.write(text.slice(10));
    expect((await slow.response()).status).to.equal(200);
    acknowledged.add("slow");
    await stopped;
    await Promise.all(senders);
  });

  it("loses nothing when workers are stopped, and hands the next one what they have not counted", async () => {
    const ingest = await pipeline.startIngest();
    await eventually("it is ready", async () => (await fetch(`${ingest.opsUrl}/readyz`)).ok);
    let loaded = true;
    const senders = Array.from({ length: SENDERS }, () => send(ingest.url, () => loaded));
    for (let round = 0; round < 2; round++) {
      const before = (await pipeline.ledger()).received;
      const worker = await pipeline.startWorker();
      await eventually("it counts", async () => (await pipeline.ledger()).received > before + 500);
      await stop(worker);
    }
    loaded = false;
    await Promise.all(senders);
    await pipeline.startWorker();
    await everythingIsCounted();
    const { received, tracked, duplicates, rejected } = await pipeline.ledger();
    expect({ received, rejected }).to.deep.equal({ received: tracked, rejected: 0 });
    expect(duplicates).to.equal(0);
    await stop(ingest);
  });

  it("ends at once at a second signal, though somebody is still being heard", async () => {
    const ingest = await pipeline.startIngest();
    const slow = await RawConnection.open(ingest.url);
    slow.write(head("POST", "/notifications", [...HEADERS, "Content-Length: 100"]));
    slow.write("{");
    await eventually("it is ready", async () => (await fetch(`${ingest.opsUrl}/readyz`)).ok);
    const stopped = ingest.stop();
    await eventually("it is stopping", async () =>
      (await ingest.logs()).some(({ message }) => message === "stopping"),
    );
    const started = performance.now();
    process.kill(ingest.pid, "SIGTERM");
    expect(await stopped).to.deep.equal({ code: 1, signal: null });
    expect(performance.now() - started).to.be.below(2_000);
    slow.close();
  });
});
