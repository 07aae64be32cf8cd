import { openConnection, sumActorDays } from "@tallyman/database";
import { expect } from "chai";
import { EVERYTHING, SampleApi } from "../test-support/sample-api.ts";

describe("GET /api/v1/actors/{registry}/{actor}/activity, from sums", () => {
  const api = new SampleApi();
  const WINDOWS = [EVERYTHING, "from=2026-01-02&to=2026-01-05", "from=2026-01-05&to=2026-01-06"];

  it("tells the same whatever days are summed up, also when their tracking rows are gone", async () => {
    const answers = () =>
      Promise.all(
        ["ann", "BEN"].flatMap((actor) =>
          WINDOWS.map((window) => api.get(`actors/dock/${actor}/activity?${window}`)),
        ),
      );
    const counted = await answers();
    expect(counted[0]?.["days"]).to.have.length.greaterThan(1);
    const client = await openConnection(api.databaseUrl, "test-sums");
    try {
      for (const until of ["2026-01-04", "2026-01-06", "2026-02-01"]) {
        await sumActorDays(client, until);
        expect(await answers(), until).to.deep.equal(counted);
      }
    } finally {
      await client.end();
    }
    await api.execute("delete from tracking_events where occurred_at < '2026-02-01Z'");
    expect(await answers()).to.deep.equal(counted);
  });
});
