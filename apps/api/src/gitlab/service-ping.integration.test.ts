import { METRICS } from "@tallyman/events";
import { expect } from "chai";
import { parse } from "yaml";
import { EVERYTHING, SampleApi } from "../test-support/sample-api.ts";

/** The users of GitLab's metric, counted from the rows. */
const writers = (from: string, to: string) => `
  select count(distinct user_id) as users from tracking_events
  where action in ('push_tag', 'delete_tag', 'push_repository', 'create_repository', 'delete_repository')
    and occurred_at >= '${from}Z' and occurred_at < '${to}Z'`;

describe("GitLab's names", () => {
  const api = new SampleApi();

  const ping = async (date: string) => {
    const answer = await api.get(`../v4/usage_data/service_ping?date=${date}`);
    const { user_container_registry: counters } = answer["redis_hll_counters"] as {
      user_container_registry: Record<string, number>;
    };
    return { windows: answer["windows"], counters };
  };

  for (const [date, week, fourWeeks, to] of [
    ["2026-02-04", "2026-01-26", "2026-01-05", "2026-02-02"],
    // A Monday: the week that has just ended is complete.
    ["2026-01-12", "2026-01-05", "2025-12-15", "2026-01-12"],
    // The Sunday before: that week is not.
    ["2026-01-11", "2025-12-29", "2025-12-08", "2026-01-05"],
    ["2026-01-01", "2025-12-22", "2025-12-01", "2025-12-29"],
  ] as const) {
    it(`count the last complete ISO week and the last four before ${date}`, async () => {
      const { windows, counters } = await ping(date);
      expect(windows).to.deep.equal({
        weekly: { from: week, to },
        monthly: { from: fourWeeks, to },
      });
      const { i_container_registry_writes_user_weekly, i_container_registry_writes_user_monthly } =
        counters;
      expect(await api.sql(writers(week, to))).to.deep.equal([
        { users: i_container_registry_writes_user_weekly },
      ]);
      expect(await api.sql(writers(fourWeeks, to))).to.deep.equal([
        { users: i_container_registry_writes_user_monthly },
      ]);
      expect(Object.keys(counters)).to.have.length(2 * METRICS.length);
    });
  }

  it("counted somebody in a week of the samples", async () => {
    const { counters } = await ping("2026-01-12");
    expect(counters).to.include({
      i_container_registry_writes_user_weekly: 4,
      i_container_registry_delete_tag_user_weekly: 1,
      i_container_registry_delete_tag_user_monthly: 1,
      i_container_registry_pull_tag_user_weekly: 1,
    });
  });

  it("have a definition for each number, the same as YAML and as JSON", async () => {
    const { body, headers } = await api.ask("../v4/usage_data/metric_definitions.json");
    expect(headers.get("content-type")).to.match(/^application\/json/);
    const definitions = body as unknown as { key_path: string; time_frame: string }[];
    const { counters } = await ping("2026-02-04");
    expect(definitions.map(({ key_path }) => key_path.split(".").at(-1))).to.have.members(
      Object.keys(counters),
    );
    for (const { key_path, time_frame } of definitions) {
      expect(key_path).to.match(
        time_frame === "7d"
          ? /^redis_hll_counters\.user_container_registry\.i_container_registry_\w+_user_weekly$/
          : /^redis_hll_counters\.user_container_registry\.i_container_registry_\w+_user_monthly$/,
      );
    }
    for (const path of ["metric_definitions", "metric_definitions.yml"]) {
      const yaml = await api.ask(`../v4/usage_data/${path}`);
      expect(yaml.headers.get("content-type")).to.match(/^application\/yaml/);
      expect(parse(yaml.text)).to.deep.equal(definitions);
    }
  });

  it("are understood where a metric is asked for, one or the union of several", async () => {
    const asked = async (metric: string) =>
      (await api.get(`distinct-users?metric=${metric}&${EVERYTHING}`))["distinct_users"];
    const ours = await asked("push_tag,delete_tag");
    expect(
      await asked("i_container_registry_push_tag_user,i_container_registry_delete_tag_user"),
    ).to.equal(ours);
    expect(await asked("i_container_registry_writes_user")).to.equal(await asked("any_write"));
  });
});
