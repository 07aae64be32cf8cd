import { expect } from "chai";
import fc from "fast-check";
import { compactJson, elementTexts } from "./json-text.ts";

describe("compactJson", () => {
  it("takes white space out between tokens and leaves it in strings", () => {
    expect(compactJson(' { "a b" : [ 1 , "x \\" y" ] ,\n"c":\ttrue } ')).to.equal(
      '{"a b":[1,"x \\" y"],"c":true}',
    );
  });

  it("makes of any pretty-printed value what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
        expect(compactJson(JSON.stringify(value, null, indent))).to.equal(JSON.stringify(value));
      }),
    );
  });
});

describe("elementTexts", () => {
  it("gives the elements exactly as written, numbers and repeated keys included", () => {
    const json = '{"x":{"events":[0]}, "\\u0065vents" : [ 1e400 , {"a":1, "a":2} , "\\ud800" ] }';
    expect(elementTexts(json, "events")).to.deep.equal(["1e400", '{"a":1,"a":2}', '"\\ud800"']);
  });

  it("takes the last of repeated keys, as JSON.parse does", () => {
    expect(elementTexts('{"events":[1],"events":[2,3]}', "events")).to.deep.equal(["2", "3"]);
  });

  it("does not overflow on a million levels", () => {
    const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    expect(elementTexts(`{"events":[${deep},1]}`, "events")).to.deep.equal([deep, "1"]);
  });

  it("gives what JSON.parse finds, for any envelope written anyhow", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.jsonValue(),
        fc.integer({ min: 0, max: 4 }),
        (events, more, indent) => {
          const json = JSON.stringify({ before: more, events, after: more }, null, indent);
          expect(elementTexts(json, "events")).to.deep.equal(
            events.map((event) => JSON.stringify(event)),
          );
        },
      ),
    );
  });
});
