import { readFileSync } from "node:fs";
import { expect } from "chai";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/test-database.ts";
import { connectAtExampleNow, loadExampleEvents } from "./example-events.ts";

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly query: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly rawSql: string; readonly format: string }[];
  }[];
}

const DASHBOARD = JSON.parse(
  readFileSync(new URL("../../deploy/grafana/dashboards/tallyman.json", import.meta.url), "utf8"),
) as Dashboard;

/** What Grafana sends for a panel, with all example events in the selected time. */
function expand(rawSql: string): string {
  return rawSql
    .replaceAll(
      /\$__timeFilter\((\w+)\)/g,
      "$1 BETWEEN '2025-01-01T00:00:00Z' AND '2026-05-01T00:00:00Z'",
    )
    .replaceAll("$registry", "'main','other'");
}

describe("The Grafana dashboard", () => {
  let database: TestDatabase;
  let reader: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    await loadExampleEvents(database.url);
    reader = await connectAtExampleNow(database.url, "UTC");
    await reader.query("set role tallyman_reader");
  });
  after(async () => {
    await reader.end();
    await database.drop();
  });

  it("offers the registries that sent something", async () => {
    const rows = await Promise.all(
      DASHBOARD.templating.list.map(async ({ query }) => (await reader.query(query)).rows),
    );
    expect(rows).to.deep.equal([[{ registry: "main" }]]);
  });

  for (const { title, targets } of DASHBOARD.panels) {
    it(`has something to show in «${title}», for a reader`, async () => {
      expect(targets).to.have.length(1);
      for (const { rawSql, format } of targets) {
        const sql = expand(rawSql);
        expect(sql).to.not.include("$");
        const { fields, rows } = await reader.query(sql);
        expect(rows).to.not.deep.equal([]);
        if (format === "time_series") expect(fields[0]?.name).to.equal("time");
      }
    });
  }
});
