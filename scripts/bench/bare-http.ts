/** The limit beside ingest: bare `node:http` that reads the body and answers 200. Nothing is checked, parsed or stored. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const ANSWER = '{"accepted":1}';

const server = createServer((request, response) => {
  request.on("data", () => undefined);
  request.on("end", () => {
    response.writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": ANSWER.length,
    });
    response.end(ANSWER);
  });
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on("disconnect", () => process.exit(0));
