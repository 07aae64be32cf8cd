import { once } from "node:events";
import { createServer } from "node:net";
import { expect } from "chai";
import { freePort } from "./free-port.ts";

describe("freePort", () => {
  it("names a port that can be listened on", async () => {
    const port = await freePort();
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    expect(server.address()).to.include({ address: "127.0.0.1", port });
    server.close();
  });
});
