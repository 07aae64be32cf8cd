import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { expect } from "chai";
import { eventually } from "../../../test/support/eventually.ts";
import { rejectionOf } from "../../../test/support/rejection.ts";
import {
  BodyAbortedError,
  BodyRoom,
  BodyTooLargeError,
  NoRoomError,
  readBody,
} from "./read-body.ts";

const LIMIT = 1_000;

/** Bytes for all bodies. */
const ROOM = 1_500;

describe("readBody", () => {
  let server: Server;
  let client: Socket;
  /** What became of the one request's body. */
  let body: Promise<Buffer>;
  let room: BodyRoom;

  beforeEach(async () => {
    server = createServer();
    room = new BodyRoom(ROOM);
    const seen = once(server, "request") as Promise<[IncomingMessage]>;
    body = seen.then(([request]) => readBody(request, LIMIT, room));
    body.catch(() => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    client.on("error", () => undefined);
    await once(client, "connect");
  });

  afterEach(async () => {
    client.destroy();
    server.close();
    await once(server, "close");
  });

  const head = (header: string): string => `POST / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`;
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

  it("reads a body that comes in one piece", async () => {
    client.write(`${head("Content-Length: 11")}hello there`);
    expect((await body).toString()).to.equal("hello there");
  });

  it("reads a body that comes byte by byte, and cuts no character in half", async () => {
    const text = '{"ship":"🚢"}';
    const bytes = Buffer.from(text);
    client.setNoDelay(true);
    client.write(head(`Content-Length: ${bytes.length}`));
    for (const byte of bytes) {
      await new Promise((resolve) => client.write(Buffer.of(byte), resolve));
    }
    expect((await body).toString("utf8")).to.equal(text);
  });

  it("reads a chunked body", async () => {
    client.write(
      `${head("Transfer-Encoding: chunked")}${chunk("hello ")}${chunk("there")}0\r\n\r\n`,
    );
    expect((await body).toString()).to.equal("hello there");
  });

  it("reads no body as an empty one", async () => {
    client.write(head("Content-Length: 0"));
    expect(await body).to.have.lengthOf(0);
  });

  it("reads a body of exactly the limit", async () => {
    client.write(`${head(`Content-Length: ${LIMIT}`)}${"x".repeat(LIMIT)}`);
    expect(await body).to.have.lengthOf(LIMIT);
  });

  it("refuses by its length a body that is one byte too large, before any of it has come", async () => {
    client.write(head(`Content-Length: ${LIMIT + 1}`));
    expect(await rejectionOf(body)).to.be.an.instanceOf(BodyTooLargeError);
  });

  it("refuses a chunked body at the first byte that is too much, before its end", async () => {
    client.write(
      `${head("Transfer-Encoding: chunked")}${chunk("x".repeat(LIMIT - 1))}${chunk("xx")}`,
    );
    expect(await rejectionOf(body)).to.be.an.instanceOf(BodyTooLargeError);
  });

  it("tells when the sender goes away in the middle", async () => {
    client.write(`${head("Content-Length: 100")}only a part`);
    await once(server, "request").catch(() => undefined);
    client.destroy();
    expect(await rejectionOf(body)).to.be.an.instanceOf(BodyAbortedError);
  });

  it("refuses when too much of others is in memory, and gives back what it took", async () => {
    expect(room.take(1_000)).to.equal(true);
    client.write(`${head("Content-Length: 900")}${"x".repeat(900)}`);
    expect(await rejectionOf(body)).to.be.an.instanceOf(NoRoomError);
    expect(room.take(ROOM - 1_000)).to.equal(true);
  });

  it("gives its memory back when the body is read", async () => {
    client.write(`${head("Content-Length: 900")}${"x".repeat(900)}`);
    expect(await body).to.have.length(900);
    expect(room.take(ROOM)).to.equal(true);
  });

  it("gives its memory back when the sender goes away", async () => {
    client.write(`${head("Content-Length: 900")}${"x".repeat(500)}`);
    await eventually("something has come", () => !hasRoomFor(ROOM));
    client.destroy();
    expect(await rejectionOf(body)).to.be.an.instanceOf(BodyAbortedError);
    expect(hasRoomFor(ROOM)).to.equal(true);
  });

  function hasRoomFor(bytes: number): boolean {
    const isThere = room.take(bytes);
    if (isThere) room.giveBack(bytes);
    return isThere;
  }
});
