import { expect } from "chai";
import { authenticator } from "./authenticate.ts";

const HARBOUR = "the-secret-of-harbour";
const HARBOUR_NEXT = "the-next-secret-of-harbour";
const DOCK = "Bearer of the dock's secret";
const PIER = "schlüssel-für-den-pier";

const authenticate = authenticator([
  { registry: "harbour", secret: HARBOUR },
  { registry: "harbour", secret: HARBOUR_NEXT },
  { registry: "dock", secret: DOCK },
  { registry: "pier", secret: PIER },
]);

const withHeader = (value: string): string | undefined => authenticate(["Authorization", value]);

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString("base64")}`;

describe("authenticator", () => {
  it("takes the secret itself, as GitLab's registry sends it", () => {
    expect(withHeader(HARBOUR)).to.equal("harbour");
  });

  it("takes the secret as a bearer token, whatever the case of the word", () => {
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      expect(withHeader(`${scheme} ${HARBOUR}`), scheme).to.equal("harbour");
    }
    expect(withHeader(`Bearer   ${HARBOUR} `)).to.equal("harbour");
  });

  it("takes the secret as the password of any user", () => {
    expect(withHeader(basic(`registry:${HARBOUR}`))).to.equal("harbour");
    expect(withHeader(basic(`:${HARBOUR}`))).to.equal("harbour");
    expect(withHeader(basic(`ünïcode:${PIER}`))).to.equal("pier");
    expect(withHeader(`bAsIc ${basic(`registry:${HARBOUR}`).slice(6)}`)).to.equal("harbour");
  });

  it("takes a secret that looks like a scheme and a token", () => {
    expect(withHeader(DOCK)).to.equal("dock");
    expect(withHeader(`Bearer ${DOCK}`)).to.equal("dock");
  });

  it("takes a secret that is not ASCII, of which Node reads the bytes as Latin-1", () => {
    const asNodeReadsIt = Buffer.from(PIER).toString("latin1");
    expect(withHeader(asNodeReadsIt)).to.equal("pier");
    expect(withHeader(`Bearer ${asNodeReadsIt}`)).to.equal("pier");
  });

  it("takes each of a registry's secrets, so that one can be replaced without a gap", () => {
    expect(withHeader(`Bearer ${HARBOUR_NEXT}`)).to.equal("harbour");
  });

  it("finds the header whatever the case of its name and wherever it stands", () => {
    expect(authenticate(["Host", "x", "authorization", HARBOUR, "Accept", "*/*"])).to.equal(
      "harbour",
    );
    expect(authenticate(["AUTHORIZATION", HARBOUR])).to.equal("harbour");
  });

  it("does not take a secret from another header, or from a header's name", () => {
    expect(authenticate(["X-Authorization", HARBOUR])).to.equal(undefined);
    expect(authenticate(["Proxy-Authorization", HARBOUR])).to.equal(undefined);
    expect(authenticate(["X", "authorization", HARBOUR, "x"])).to.equal(undefined);
  });

  it("refuses when there are two headers, even if both are right", () => {
    expect(authenticate(["Authorization", HARBOUR, "authorization", HARBOUR])).to.equal(undefined);
    expect(authenticate(["Authorization", "wrong", "Authorization", HARBOUR])).to.equal(undefined);
    expect(authenticate(["Authorization", HARBOUR, "Authorization", ""])).to.equal(undefined);
  });

  it("refuses what is missing, empty, shorter, longer or nearly right", () => {
    expect(authenticate([])).to.equal(undefined);
    const wrong = [
      "",
      " ",
      HARBOUR.slice(0, -1),
      `${HARBOUR}x`,
      HARBOUR.toUpperCase(),
      `${HARBOUR},${DOCK}`,
      `harbour=${HARBOUR}`,
      "x".repeat(100_000),
      "\u{0}".repeat(HARBOUR.length),
    ];
    for (const value of wrong) expect(withHeader(value), value.slice(0, 40)).to.equal(undefined);
  });

  it("refuses broken forms of the schemes without an exception", () => {
    const wrong = [
      "Bearer",
      "Bearer ",
      "Basic",
      "Basic ",
      "Basic !!!not base64!!!",
      basic(""),
      basic(`${HARBOUR}:`),
      basic(`${HARBOUR}:registry`),
      `Token ${HARBOUR}`,
      `Digest ${HARBOUR}`,
      `Bearer Bearer ${HARBOUR}`,
      `Bearer${HARBOUR}`,
      ` Bearer ${HARBOUR}`,
    ];
    for (const value of wrong) expect(withHeader(value), value).to.equal(undefined);
  });

  it("refuses everything when there are no secrets", () => {
    expect(authenticator([])(["Authorization", ""])).to.equal(undefined);
  });
});
