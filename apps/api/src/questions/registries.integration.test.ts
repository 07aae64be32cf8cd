import { expect } from "chai";
import { SampleApi } from "../test-support/sample-api.ts";
import { RECEIVED } from "../test-support/sample-traffic.ts";

const onlyDay = (day: string) => ({ first_day: day, last_day: day });

describe("GET /api/v1/registries", () => {
  const api = new SampleApi();

  it("names registries that sent anything, with what they sent", async () => {
    const { registries } = await api.get("registries");
    expect(registries).to.deep.equal([
      { registry: "dock", ...onlyDay(RECEIVED.dock), received: 13, repositories: 5 },
      { registry: "quay", ...onlyDay(RECEIVED.quay), received: 4, repositories: 2 },
      { registry: "silo", first_day: null, last_day: null, received: 0, repositories: 1 },
    ]);
  });
});
