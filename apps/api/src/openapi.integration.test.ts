import { Validator } from "@seriousme/openapi-schema-validator";
import { expect } from "chai";
import { z } from "zod";
import { toJsonSchema, exampleOf } from "./openapi.ts";
import { ROUTES } from "./routes.ts";
import { JSON_TYPE, typesOf } from "./send-answer.ts";
import { EVERYTHING, SampleApi } from "./test-support/sample-api.ts";

type Json = Record<string, unknown>;

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { name: string; in: string; description: string }[];
  readonly responses: Record<
    string,
    { content: Record<string, { schema: Json; example: unknown }> }
  >;
}

/** Requests whose answers hold something, by path. Every path has one. */
const REQUESTS: Readonly<Record<string, string>> = {
  "/api/v1/registries": "",
  "/api/v1/ledger": "",
  "/api/v1/activity": `?period=week&${EVERYTHING}`,
  "/api/v1/distinct-users": `?metric=any_read&period=day&${EVERYTHING}`,
  "/api/v1/top-repositories": `?${EVERYTHING}`,
  "/api/v1/repositories": "?limit=2",
  "/api/v1/repositories/{registry}/{repository}": "",
  "/api/v1/repositories/{registry}/{repository}/daily": `?${EVERYTHING}`,
  "/api/v1/repositories/{registry}/{repository}/tags": "",
  "/api/v1/repositories/{registry}/{repository}/actors": "",
  "/api/v1/tags": "?limit=2",
  "/api/v1/actors": "?limit=2",
  "/api/v1/actors/{registry}/{actor}/activity": `?${EVERYTHING}`,
  "/api/v1/events": `?${EVERYTHING}`,
  "/api/v1/rejected-events": "",
  "/api/v1/rejected-events/reasons": "",
  "/api/v1/rejected-events/{id}": "",
  "/api/v1/pipeline": "",
  "/api/v4/usage_data/service_ping": "",
  "/api/v4/usage_data/metric_definitions": "",
  "/api/v4/usage_data/metric_definitions.yml": "",
  "/api/v4/usage_data/metric_definitions.json": "",
};

const PARTS: Readonly<Record<string, string>> = {
  registry: "dock",
  repository: "team%2Fweb",
  actor: "ann",
  id: "1",
};

describe("GET /api/v1/openapi.json", () => {
  const api = new SampleApi();
  let document: Json;
  let operations: Map<string, Operation>;

  before(async () => {
    await api.execute(`
      insert into tallyman.queue_state (waiting, active, delayed, failed, oldest_waiting_since, told_at)
      values (3, 1, 0, 0, now() - interval '1.5 seconds', now());
      insert into tallyman.last_receipts values ('dock', now(), now())`);
    document = (await api.ask("openapi.json")).body;
    const paths = document["paths"] as Record<string, { get: Operation }>;
    operations = new Map(Object.entries(paths).map(([path, { get }]) => [path, get]));
  });

  it("is a document of OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors ?? []).to.deep.equal([]);
    expect([valid, validator.version]).to.deep.equal([true, "3.1"]);
  });

  it("names every route once, each with a sentence and descriptions of all its parameters", () => {
    expect([...operations.keys()]).to.deep.equal(ROUTES.map(({ path }) => path));
    const ids = [...operations.values()].map(({ operationId }) => operationId);
    expect(new Set(ids)).to.have.length(ids.length);
    for (const [path, { summary, parameters }] of operations) {
      expect(summary, path).to.match(/\?$/);
      const inPath = parameters.filter(({ in: place }) => place === "path").map(({ name }) => name);
      expect(inPath, path).to.deep.equal(
        Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name),
      );
      for (const { name, description } of parameters) {
        expect(description, `${path} ${name}`).to.not.equal("");
      }
    }
  });

  it("knows every path that the api answers with data", async () => {
    const { body } = await api.ask("../v1");
    const endpoints = body["endpoints"] as readonly object[];
    expect(endpoints).to.have.length(operations.size);
    expect(Object.keys(REQUESTS)).to.deep.equal([...operations.keys()]);
  });

  for (const [path, query] of Object.entries(REQUESTS)) {
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARTS[name] ?? "") + query;

    it(`describes what ${address} really answers, and shows an example of the same shape`, async () => {
      const content = operations.get(path)?.responses["200"]?.content ?? {};
      const route = ROUTES.find((one) => one.path === path);
      expect(Object.keys(content)).to.deep.equal(route && typesOf(route));
      for (const type of Object.keys(content)) {
        const { status, headers, body, text } = await api.ask(`../../${address.slice(1)}`, {
          headers: { accept: type },
        });
        expect(status, text).to.equal(200);
        expect(headers.get("content-type")).to.match(new RegExp(`^${type};`));
        expect(headers.get("etag")).to.match(/^W\//);
        if (type !== JSON_TYPE) continue;
        const { schema, example } = content[type] ?? { schema: {}, example: undefined };
        const described = z.fromJSONSchema(schema);
        expect(described.safeParse(example).error?.issues ?? []).to.deep.equal([]);
        expect(described.safeParse(body).error?.issues ?? []).to.deep.equal([]);
        expect(route?.response.safeParse(body).error?.issues ?? []).to.deep.equal([]);
        const stranger = Array.isArray(body) ? [{}] : { ...body, stranger: 1 };
        expect(described.safeParse(stranger).success).to.equal(false);
      }
    });
  }
});

describe("exampleOf", () => {
  it("puts examples of the parts together", () => {
    const schema = z.strictObject({
      name: z.string().meta({ examples: ["ann"] }),
      kinds: z.array(z.enum(["a", "b"])),
      gone: z.string().nullable(),
    });
    expect(exampleOf(toJsonSchema(schema, "output"))).to.deep.equal({
      name: "ann",
      kinds: ["a"],
      gone: null,
    });
  });
});
