import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNotification, type Notification, type RegistryEvent } from "@tallyman/events";
import { MemoryQueue } from "@tallyman/queue";
import { expect } from "chai";
import { freePort } from "../../../scripts/local/free-port.ts";
import {
  OTHER_SECRET,
  SECRETS,
  startIngestApp,
  type IngestApp,
} from "../../../test/ingest/ingest-app.ts";
import { runTallyman, tallymanJson } from "../../../test/support/run-tallyman.ts";

describe("tallyman send-sample", () => {
  const environment = { NOTIFICATION_SECRETS: SECRETS };
  let ingest: IngestApp;
  let received: Notification[];

  beforeEach(async () => {
    received = [];
    const queue = new MemoryQueue();
    queue.consume(async (notifications) => void received.push(...notifications), 1);
    ingest = await startIngestApp(queue, 100_000);
  });

  afterEach(() => ingest.close());

  const url = (): string => `--url ${ingest.url}/notifications`;

  /** What ingest has got, read as the worker would. */
  const events = (): RegistryEvent[] =>
    received.flatMap(readNotification).map((reading) => {
      expect(reading.kind).to.equal("event");
      return reading as RegistryEvent;
    });

  it("pushes a tag for the first registry, and shows the answer", async () => {
    const { code, out, err } = await runTallyman(`send-sample ${url()}`, environment);
    expect([code, err]).to.deep.equal([0, ""]);
    expect(out).to.match(/^POST .* as harbour, 1 event\n200 \{"accepted":1\} in [\d.]+ ms\n$/);
    const [event] = events();
    expect(event).to.include({
      registry: "harbour",
      operation: "push",
      targetKind: "tag",
      repository: "tallyman/sample",
      tag: "latest",
      actorName: null,
    });
  });

  it("sends to the port of the settings, as ingest listens there", async () => {
    const { code } = await runTallyman("send-sample", {
      ...environment,
      PORT: new URL(ingest.url).port,
    });
    expect([code, events().length]).to.deep.equal([0, 1]);
  });

  it("sends what it is told to, as often as it is told to, each event with an id of its own", async () => {
    const { code, document } = await tallymanJson(
      `send-sample pull --target blob --repository team/app --actor Mira --size 7 --count 3 --registry dock --sender gitlab --user-type build ${url()}`,
      environment,
    );
    expect(code).to.equal(0);
    expect(document).to.include({ registry: "dock", asked: 3, accepted: 3, status: 200 });
    const sent = events();
    expect(new Set(sent.map(({ eventId }) => eventId)).size).to.equal(3);
    for (const event of sent) {
      expect(event).to.include({
        registry: "dock",
        operation: "pull",
        targetKind: "blob",
        repository: "team/app",
        actorName: "Mira",
        actorType: "build",
        sizeBytes: 7,
      });
    }
  });

  it("takes the secret from a file, and the last one of a registry that has two", async () => {
    const file = join(tmpdir(), `tallyman-secret-${process.pid}`);
    await writeFile(file, `${OTHER_SECRET}\n`);
    try {
      expect((await runTallyman(`send-sample ${url()} --secret-file ${file}`, {})).code).to.equal(
        0,
      );
    } finally {
      await rm(file);
    }
    const rotation = { NOTIFICATION_SECRETS: `dock=an-older-secret-of-it,dock=${OTHER_SECRET}` };
    expect((await runTallyman(`send-sample ${url()}`, rotation)).code).to.equal(0);
    expect(events().map(({ registry }) => registry)).to.deep.equal(["dock", "dock"]);
  });

  it("shows the body and sends nothing with --dry-run, even without a secret", async () => {
    const { code, out } = await runTallyman(`send-sample delete ${url()} --dry-run`, {});
    expect(code).to.equal(0);
    expect(out)
      .to.match(/^\{\n {3}"events": \[\n {6}\{/)
      .and.to.contain('"action": "delete"');
    expect(received).to.deep.equal([]);
  });

  it("exits with 1 and says what to do when ingest refuses or is not there", async () => {
    const wrong = { NOTIFICATION_SECRETS: "harbour=another-secret-of-it" };
    const refused = await runTallyman(`send-sample ${url()} --count 5`, wrong);
    expect(refused.code).to.equal(1);
    expect(refused.out).to.contain("401 ").and.to.contain("NOTIFICATION_SECRETS");
    expect(refused.out).not.to.contain("another-secret-of-it");
    const lost = await tallymanJson(`send-sample --url ${ingest.url}/elsewhere`, environment);
    expect(lost.code).to.equal(1);
    expect(lost.document).to.include({ status: 404, accepted: 0 });
    const nobody = `send-sample --url http://127.0.0.1:${await freePort()}/notifications`;
    const { code, document } = await tallymanJson(nobody, environment);
    expect(code).to.equal(1);
    expect(document["error"]).to.contain("nobody listens there");
    expect(document["next"]).to.contain("npm run start:ingest");
  });

  const wrong: readonly [string, string][] = [
    ["send-sample fly", "Allowed choices are push, pull"],
    ["send-sample mount --target tag", "Only a blob is mounted"],
    ["send-sample push --user-type build", "--sender gitlab"],
    ["send-sample --url here", "is no address"],
    ["send-sample --count many", "whole number"],
    ["send-sample --registry quay", "it has those of: harbour, dock"],
    ["send-sample --secret-file /nowhere", "cannot read /nowhere (ENOENT)"],
  ];
  for (const [args, hint] of wrong) {
    it(`exits with 2 for «tallyman ${args}» and says what would be right`, async () => {
      const { code, out, err } = await runTallyman(args, environment);
      expect([code, out]).to.deep.equal([2, ""]);
      expect(err).to.contain(hint);
    });
  }
});
