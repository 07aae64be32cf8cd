import { stat } from "node:fs/promises";
import { expect } from "chai";
import { queryOnce } from "../../scripts/local/query-once.ts";
import { startPostgresCluster } from "./postgres-cluster.ts";

describe("startPostgresCluster", function () {
  this.timeout(60_000);

  it("starts a Postgres and leaves nothing of it", async () => {
    const cluster = await startPostgresCluster("");
    const [row] = await queryOnce<{ data_directory: string }>(cluster.url, "show data_directory");
    await cluster.stop();
    await cluster.stop();
    expect(await stat(row?.data_directory ?? "/").catch(() => undefined)).to.equal(undefined);
  });

  it("uses the server that the environment names, and does not stop it", async () => {
    const own = await startPostgresCluster("");
    const named = await startPostgresCluster(own.url);
    expect(named.version).to.include(own.version);
    await named.stop();
    expect(await queryOnce(named.url, "select 1 as one")).to.deep.equal([{ one: 1 }]);
    await own.stop();
  });
});
