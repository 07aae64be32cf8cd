import { ensurePartitions } from "@tallyman/database";
import { expect } from "chai";
import { parse } from "yaml";
import { freePort } from "../../scripts/local/free-port.ts";
import type { Diagnosis } from "../../apps/cli/src/doctor/doctor.ts";
import type { AppProcess } from "../support/processes.ts";
import { runTallyman, tallymanJson } from "../support/run-tallyman.ts";
import { Pipeline } from "./pipeline.ts";

type Document = Diagnosis & { ok: boolean; faults: number; warnings: number };
type Settings = Readonly<Record<string, string | undefined>>;

describe("tallyman doctor", () => {
  let pipeline: Pipeline;
  let worker: AppProcess;
  let settings: Record<string, string>;

  before(async function () {
    this.timeout(60_000);
    pipeline = await Pipeline.prepare();
    await pipeline.startRedis();
    [, worker] = await Promise.all([pipeline.startIngest(), pipeline.startWorker()]);
    await ensurePartitions(pipeline.pool, new Date());
    settings = pipeline.settings;
  });

  after(() => pipeline.stop());

  const examine = async (args = "", environment: Settings = settings) => {
    const { code, document } = await tallymanJson(`doctor ${args}`, environment);
    return { code, document: document as unknown as Document };
  };

  const messages = (document: Document, status: string, check?: string): string =>
    document.findings
      .filter((finding) => finding.status === status && finding.check === (check ?? finding.check))
      .map(({ message, next = "" }) => `${message} / ${next}`)
      .join("\n");

  it("finds everything well, writes nothing, and tells what the registry needs", async () => {
    const { code, document } = await examine();
    expect([code, messages(document, "fault")]).to.deep.equal([0, ""]);
    for (const [check, text] of [
      ["configuration", "ingest, worker and api could start"],
      ["secrets", "1 registry: harbour"],
      ["queue", "answers"],
      ["queue", "0 jobs waiting"],
      ["workers", "1 worker"],
      ["database", "Postgres"],
      ["schema", "is this version's"],
      ["rights", "may do what they must"],
      ["partitions", "this month"],
      ["rejected", "no event"],
      ["ingest", "takes notifications of harbour"],
    ] as const) {
      expect(messages(document, "ok", check)).to.contain(text);
    }
    for (const warning of ["superuser", "API_TOKENS", "without a limit"]) {
      expect(messages(document, "warning")).to.contain(warning);
    }
    expect(document).not.to.have.property("acknowledgedMs");
    expect(JSON.stringify(document)).not.to.contain("a-secret-for-the-harbour");
    expect(await pipeline.ledger()).to.include({ received: 0 });
  });

  it("says it in a line per check for people, with the registry's configuration", async () => {
    const { code, out, err } = await runTallyman("doctor --for ingest --show-secret", settings);
    expect([code, err]).to.deep.equal([0, ""]);
    expect(out).to.match(/^ok {7}configuration {2}ingest could start/);
    expect(out).to.match(/^warning {2}queue .*without a limit.*\n {26}Set maxmemory/m);
    expect(out).to.match(/\n0 faults, \d+ warnings?\.\n$/);
    const block = /^notifications:\n(?:[ #].*\n)+/m.exec(out)?.[0] ?? "";
    expect(parse(block)).to.have.nested.property(
      "notifications.endpoints[0].headers.Authorization[0]",
      "Bearer a-secret-for-the-harbour",
    );
    expect(out).to.contain(`'Authorization' => ['a-secret-for-the-harbour']`);
  });

  it("sends one event through the whole pipe when asked to, which is tracked and nothing else", async () => {
    const { code, document } = await examine("--send --for ingest worker");
    expect([code, messages(document, "fault")]).to.deep.equal([0, ""]);
    expect(document.acknowledgedMs).to.be.greaterThan(0);
    expect(document.visibleMs).to.be.at.least(document.acknowledgedMs ?? Infinity);
    expect(messages(document, "ok", "pipe")).to.contain(`counted after ${document.visibleMs} ms`);
    expect(await pipeline.ledger()).to.deep.equal({
      received: 1,
      tracked: 1,
      duplicates: 0,
      rejected: 0,
    });
    expect(await pipeline.query("select action, events::int from event_rollups")).to.deep.equal([
      { action: "head_tag", events: 1 },
    ]);
    for (const table of ["container_repositories", "users", "repository_actors", "tag_stats"]) {
      expect(await pipeline.query(`select from ${table}`), table).to.deep.equal([]);
    }
    expect(
      await pipeline.query("select pushes::int, pulls::int from repository_stats"),
    ).to.deep.equal([{ pushes: 0, pulls: 0 }]);
  });

  it("leaves out for npm start's own what matters only in production, and says so", async () => {
    const local = { ...settings, TALLYMAN_OF_NPM_START: "true" };
    const { code, document } = await examine("--for ingest api", local);
    // The Postgres of the tests does not sync, which would matter here as well.
    const warnings = messages(document, "warning").split("\n");
    const others = warnings.filter((line) => !line.startsWith("synchronous_commit is off"));
    expect([code, others.join("\n")]).to.deep.equal([0, ""]);
    expect(messages(document, "ok", "configuration")).to.contain("for this machine alone");
  });

  it("takes a registry that has no secret for a fault, and does not pretend to have sent", async () => {
    const { code, document } = await examine("--send --registry harbor --for ingest worker");
    expect(code).to.equal(1);
    expect(messages(document, "fault", "secrets")).to.contain("no secret of harbor");
    expect(messages(document, "fault", "pipe")).to.contain("nothing was sent");
  });

  it("names every fault of the configuration at once, and no secret", async () => {
    const { code, out } = await runTallyman("doctor", {
      ...settings,
      NOTIFICATION_SECRETS: "Alpha=0123456789abcdef,beta=short-one",
      USER_DIRECTORY: "ajar",
      API_TOKENS: "short",
    });
    expect(code).to.equal(1);
    for (const fault of ["pair 1", "pair 2", "USER_DIRECTORY", "token 1"]) {
      expect(out).to.match(new RegExp(`^fault {4}configuration .*${fault}`, "m"));
    }
    expect(out).not.to.contain("short-one").and.not.to.contain("0123456789abcdef");
  });

  it("looks only at what the named processes need", async () => {
    const { DATABASE_URL: _, ...ingest } = settings;
    const { code, document } = await examine("--for ingest", ingest);
    expect([code, messages(document, "ok", "database")]).to.deep.equal([0, ""]);
    const { DATABASE_URL } = settings;
    const api = await examine("--for api", { PATH: settings["PATH"], DATABASE_URL });
    expect([api.code, api.document.registry]).to.deep.equal([0, undefined]);
  });

  it("says that ingest knows another secret, or that nobody listens", async () => {
    const other = { ...settings, NOTIFICATION_SECRETS: "harbour=another-secret-of-it" };
    const refused = await examine("--send --for ingest worker", other);
    expect(refused.code).to.equal(1);
    expect(messages(refused.document, "fault", "ingest")).to.contain("answers 401");
    expect(messages(refused.document, "fault", "pipe")).to.contain("answered 401");
    const nobody = await examine(
      `--for ingest --url http://127.0.0.1:${await freePort()}/notifications`,
    );
    expect(messages(nobody.document, "fault", "ingest")).to.contain("nobody listens there");
  });

  it("says when no worker is there, and that a sample was acknowledged and not counted", async () => {
    await worker.stop();
    const { code, document } = await examine("--send --patience 1 --for ingest worker");
    expect(code).to.equal(1);
    expect(messages(document, "fault", "workers")).to.contain("npm run start:worker");
    expect(messages(document, "fault", "pipe"))
      .to.contain("acknowledged")
      .and.to.contain("after 1 s");
  });

  it("does not send where it could not see the event arrive", async () => {
    const { code, err } = await runTallyman("doctor --send --for ingest", settings);
    expect(code).to.equal(2);
    expect(err).to.contain("--send needs ingest and worker");
  });
});
