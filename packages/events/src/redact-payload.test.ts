import { expect } from "chai";
import { fixtureTexts } from "../../../test/support/fixture.ts";
import { withActorNames, withoutClientData } from "./redact-payload.ts";

describe("withoutClientData", () => {
  it("empties the client's address and leaves the registry's own alone", () => {
    expect(
      withoutClientData(
        '{"request":{"addr":"192.0.2.7:1","host":"r:5000"},"source":{"addr":"r:5000"},"addr":1}',
      ),
    ).to.equal('{"request":{"addr":"","host":"r:5000"},"source":{"addr":"r:5000"},"addr":1}');
  });

  it("empties the address that the 2015 beta has in the actor, and GitLab's signed user", () => {
    expect(
      withoutClientData('{"actor":{"name":"mira","addr":"192.0.2.7","user":"ey.J.x"}}'),
    ).to.equal('{"actor":{"name":"mira","addr":"","user":""}}');
  });

  it("finds them however they are spelled, repeated, nested or shaped", () => {
    const json =
      '{"events":{"x":[{"Request":[{"\\u0061ddr":{"ip":"192.0.2.7"}}]}]},"request":{"addr":["192.0.2.7"],"addr":7},"request":"192.0.2.7"}';
    expect(withoutClientData(json)).to.equal(
      '{"events":{"x":[{"Request":[{"\\u0061ddr":""}]}]},"request":{"addr":"","addr":""},"request":""}',
    );
  });

  it("leaves a text that has none as it is", () => {
    for (const json of ['"text"', "7", "null", '{"request":null,"actor":{"addr":null}}', "[]"]) {
      expect(withoutClientData(json)).to.equal(json);
    }
  });

  it("leaves no client address and no signed user in what any known registry sends", () => {
    const texts = fixtureTexts();
    const client = /192\.0\.2\.|198\.51\.100\.(?:9|10):|eyJ/;
    expect(texts.filter((text) => client.test(text)).length).to.be.greaterThan(30);
    expect(texts.map(withoutClientData).filter((text) => client.test(text))).to.deep.equal([]);
  });
});

describe("withActorNames", () => {
  const upper = (json: string): string => withActorNames(json, (name) => name.toUpperCase());

  it("writes the names of actors anew and no other names", () => {
    expect(
      upper('{"actor":{"name":"mira","user_type":"build"},"target":{"name":"mira"}}'),
    ).to.equal('{"actor":{"name":"MIRA","user_type":"build"},"target":{"name":"mira"}}');
  });

  it("empties a name that is not recorded", () => {
    expect(withActorNames('{"actor":{"name":"mira"}}', () => null)).to.equal(
      '{"actor":{"name":""}}',
    );
  });

  it("empties an actor that is text, which the law does not read", () => {
    expect(upper('{"actor":"mira"}')).to.equal('{"actor":""}');
  });

  it("leaves absent names absent", () => {
    for (const json of ['{"actor":{"name":""}}', '{"actor":{"name":null}}', '{"actor":{}}']) {
      expect(upper(json)).to.equal(json);
    }
  });
});
