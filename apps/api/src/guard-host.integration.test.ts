import { request } from "node:http";
import { expect } from "chai";
import { SampleApi } from "./test-support/sample-api.ts";

describe("an api without tokens", () => {
  const api = new SampleApi();

  /** fetch would not let the host be chosen. */
  const statusFor = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(`${api.origin}/api/v1/registries`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });

  for (const host of ["localhost", "localhost:8081", "127.0.0.1:8081", "[::1]:8081"]) {
    it(`answers who asks for ${host}`, async () => {
      expect(await statusFor(host)).to.equal(200);
    });
  }

  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil:8081", "evil"]) {
    it(`refuses a web page that calls it ${host}`, async () => {
      expect(await statusFor(host)).to.equal(403);
    });
  }
});
