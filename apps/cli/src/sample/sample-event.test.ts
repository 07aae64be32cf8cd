import { readNotification } from "@tallyman/events";
import { expect } from "chai";
import { fixtureText } from "../../../../test/support/fixture.ts";
import { impossible, sampleEnvelope, SENDERS, type Sample } from "./sample-event.ts";

const SAMPLE: Sample = {
  sender: "distribution-3",
  action: "push",
  target: "tag",
  repository: "harbour/crane",
  tag: "1.4.0",
  from: "harbour/tug",
  actor: "alice",
  host: "registry.example.test:5000",
  id: "36f675cc-81e7-4ef5-a8e2-5d940ed90475",
  timestamp: "2026-11-21T10:00:00.123Z",
};

/** The names of all fields in their order, of events that are alike the same. */
function shape(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.entries(value).map(([name, field]) => [name, shape(field)]);
}

function read(sample: Partial<Sample>) {
  const { body } = sampleEnvelope({ ...SAMPLE, ...sample });
  const [reading] = readNotification({
    registry: "alpha",
    receivedAt: "2026-11-21T10:00:01.000Z",
    body,
  });
  return reading;
}

describe("sampleEnvelope", () => {
  const same: readonly [string, Partial<Sample>][] = [
    ["distribution-2.8-push-tag", { sender: "distribution-2" }],
    ["distribution-2.8-head-tag", { sender: "distribution-2", action: "head" }],
    ["distribution-2.8-mount-layer", { sender: "distribution-2", action: "mount", target: "blob" }],
    ["distribution-2.8-delete-tag", { sender: "distribution-2", action: "delete" }],
    [
      "distribution-2.8-delete-by-digest",
      { sender: "distribution-2", action: "delete", target: "manifest" },
    ],
    ["distribution-3-push-tag", {}],
    ["distribution-3-push-layer", { target: "blob" }],
    ["distribution-3-mount-layer", { action: "mount", target: "blob" }],
    ["distribution-3-delete-tag", { action: "delete", actor: undefined }],
    [
      "distribution-3-delete-repository",
      { action: "delete", target: "repository", actor: undefined },
    ],
    ["gitlab-push-tag-personal-access-token", { sender: "gitlab" }],
  ];
  for (const [name, sample] of same) {
    it(`has the fields of ${name}, in their order`, () => {
      const { body } = sampleEnvelope({ ...SAMPLE, ...sample });
      expect(shape(JSON.parse(body))).to.deep.equal(shape(JSON.parse(fixtureText(name))));
    });
  }

  it("is written as Go writes it, and told as the generation it is of", () => {
    const { body, contentType } = sampleEnvelope({ ...SAMPLE, actor: "<alice & co>" });
    expect(body).to.match(/^\{\n {3}"events": \[\n {6}\{\n {9}"id": /);
    expect(body).to.contain(String.raw`"name": "\u003calice \u0026 co\u003e"`);
    expect(contentType).to.equal("application/vnd.docker.distribution.events.v2+json");
    expect(sampleEnvelope({ ...SAMPLE, sender: "gitlab" }).contentType).to.contain("events.v1+");
  });

  it("is read as the operation and the target that were asked for, whoever sends it", () => {
    for (const sender of SENDERS) {
      const of = (sample: Partial<Sample>): unknown => {
        const reading = read({ sender, ...sample });
        return reading?.kind === "event" ? [reading.operation, reading.targetKind] : reading;
      };
      for (const action of ["push", "pull", "head"] as const) {
        for (const target of ["tag", "manifest", "blob"] as const) {
          expect(of({ action, target })).to.deep.equal([action, target]);
        }
      }
      expect(of({ action: "mount", target: "blob" })).to.deep.equal(["mount", "blob"]);
      for (const target of ["tag", "manifest", "repository"] as const) {
        expect(of({ action: "delete", target })).to.deep.equal(["delete", target]);
      }
    }
  });

  it("names the same digest for the same tag, so that a pull gets what was pushed", () => {
    const digest = (sample: Partial<Sample>): unknown => {
      const reading = read(sample);
      return reading?.kind === "event" ? reading.digest : undefined;
    };
    expect(digest({ action: "pull" }))
      .to.equal(digest({}))
      .and.to.match(/^sha256:[0-9a-f]{64}$/);
    expect(digest({ tag: "2.0" })).not.to.equal(digest({}));
    expect(digest({ digest: "sha256:abc" })).to.equal("sha256:abc");
  });

  it("is refused for what no registry sends", () => {
    expect(impossible({ action: "mount", target: "tag" })).to.contain("blob");
    expect(impossible({ action: "pull", target: "repository" })).to.contain("repository");
    expect(impossible({ action: "delete", target: "repository" })).to.equal(undefined);
  });
});
