import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { expect } from "chai";
import type { Request, Response } from "express";
import { authenticate } from "../../apps/api/src/authenticate.ts";
import { authenticator } from "../../apps/ingest/src/authenticate.ts";

const SECRETS = ["the-first-secret-there-is", "the-second-one", "the-last-secret"];

describe("secrets and tokens", () => {
  const compare = crypto.timingSafeEqual;
  let compared: number[];

  beforeEach(() => {
    compared = [];
    width = undefined;
    crypto.timingSafeEqual = (a, b) => {
      compared.push(a.byteLength, b.byteLength);
      return compare(a, b);
    };
    // So that named imports get it, too.
    syncBuiltinESMExports();
  });

  afterEach(() => {
    crypto.timingSafeEqual = compare;
    syncBuiltinESMExports();
  });

  let width: number | undefined;

  /** With each secret, in as many bytes each time, whichever fits and however long what was sent is. */
  const expectAllCompared = (): void => {
    width ??= compared[0];
    expect(compared).to.deep.equal(SECRETS.flatMap(() => [width, width]));
    compared = [];
  };

  it("of ingest are compared in constant time, and always with all of them", () => {
    const identify = authenticator(SECRETS.map((secret) => ({ registry: secret, secret })));
    for (const sent of [...SECRETS, "", "t", "x".repeat(10_000)]) {
      const registry = identify(["Authorization", sent]);
      expect(registry).to.equal(SECRETS.includes(sent) ? sent : undefined);
      expectAllCompared();
    }
  });

  it("of the api are compared in constant time, and always with all of them", () => {
    const check = authenticate(SECRETS);
    for (const sent of [...SECRETS, "t", "x".repeat(10_000)]) {
      let isIn = false;
      const response = {
        status: () => response,
        set: () => response,
        type: () => response,
        json: () => response,
        send: () => response,
        writeHead: () => response,
        end: () => response,
      };
      const request = { headers: { authorization: `Bearer ${sent}` } };
      void check(request as Request, response as unknown as Response, () => (isIn = true));
      expect(isIn).to.equal(SECRETS.includes(sent));
      expectAllCompared();
    }
  });
});
