import { Agent, createServer, get, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import { expect } from "chai";
import { Gate } from "../../../test/support/gate.ts";
import { closeServer, listen } from "./listen.ts";

describe("closeServer", () => {
  let agent: Agent;
  let server: Server;
  let asked: Gate;
  let answer: Gate;
  let port: number;

  beforeEach(async () => {
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    [asked, answer] = [new Gate(), new Gate()];
    server = createServer((_request, response) => {
      asked.open();
      void answer.opened.then(() => response.end("done"));
    });
    port = await listen(server, 0, "127.0.0.1");
  });

  afterEach(() => agent.destroy());

  async function ask(): Promise<IncomingMessage> {
    const [response] = (await once(get({ port, agent }), "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    return response;
  }

  it("lets a request that has begun finish, and then does not wait for its connection", async () => {
    const answered = ask();
    await asked.opened;
    const closed = closeServer(server);
    answer.open();
    expect((await answered).statusCode).to.equal(200);
    await closed;
  });

  it("tells a client that goes on over its connection to make another one", async () => {
    const first = ask();
    await asked.opened;
    // Waits for the first answer, on the same connection.
    const second = ask();
    const closed = closeServer(server);
    answer.open();
    await first;
    const { headers } = await second.catch(() => ({ headers: { connection: "close" } }));
    expect(headers.connection).to.equal("close");
    await closed;
  });

  it("may be called twice", async () => {
    await closeServer(server);
    await closeServer(server);
  });
});
