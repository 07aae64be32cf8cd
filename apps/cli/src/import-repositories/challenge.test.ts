import { expect } from "chai";
import { readChallenge } from "./challenge.ts";

describe("readChallenge", () => {
  it("reads what distribution, GitLab and others send", () => {
    expect(
      readChallenge(
        'Bearer realm="https://auth.example/token",service="registry.example",scope="registry:catalog:*"',
      ),
    ).to.deep.equal({
      scheme: "bearer",
      realm: "https://auth.example/token",
      service: "registry.example",
      scope: "registry:catalog:*",
    });
    expect(readChallenge('bearer  Realm="/a\\"b,c" , service=x')).to.deep.equal({
      scheme: "bearer",
      realm: '/a"b,c',
      service: "x",
      scope: undefined,
    });
    expect(readChallenge('Basic realm="Bearer realm=x"')).to.deep.equal({ scheme: "basic" });
    expect(readChallenge("basic")).to.deep.equal({ scheme: "basic" });
  });

  it("knows no others", () => {
    for (const header of [null, "", "Negotiate", "Bearer", 'Bearer service="x"']) {
      expect(readChallenge(header)).to.equal(undefined);
    }
  });
});
