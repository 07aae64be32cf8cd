import { expect } from "chai";
import fc from "fast-check";
import { compactJson, elementTexts, replaceMembers } from "./json-text.ts";

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

describe("replaceMembers", () => {
  const shout = (json: string): string =>
    replaceMembers(json, (parent, key) =>
      `${parent}.${key}` === "a.b" ? (value) => `<${value}>` : undefined,
    );

  it("writes values anew and leaves every other character as it is", () => {
    expect(
      shout('{ "b":1, "a" : {"b" :\t[ 1 , {"b":2} ] , "c":"\\"b\\":1" }, "a.b": 1e400 }'),
    ).to.equal('{ "b":1, "a" : {"b" :\t<[ 1 , {"b":2} ]> , "c":"\\"b\\":1" }, "a.b": 1e400 }');
  });

  it("finds repeated and escaped keys, at every level and in lists", () => {
    expect(shout('{"a":{"b":1,"\\u0062":2},"x":[{"a":[{"b":3},4]}],"a":{"b":5}}')).to.equal(
      '{"a":{"b":<1>,"\\u0062":<2>},"x":[{"a":[{"b":<3>},4]}],"a":{"b":<5>}}',
    );
  });

  it("does not overflow on a million levels", () => {
    const deep = (inner: string): string =>
      `${'{"a":['.repeat(500_000)}${inner}${"]}".repeat(500_000)}`;
    expect(shout(deep('{"b":1}'))).to.equal(deep('{"b":<1>}'));
  });

  it("changes what a walk over the parsed value changes, however it is written", () => {
    const walk = (value: unknown, under: string): unknown => {
      if (typeof value !== "object" || value === null) return value;
      if (Array.isArray(value)) return value.map((item) => walk(item, under));
      const members = Object.entries(value).map(([key, member]): [string, unknown] => [
        key,
        under === "a" && key === "b" ? 0 : walk(member, key),
      ]);
      return Object.fromEntries(members);
    };
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>("b", 'a":{"b":1}', 1, null, {}, []),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(tree, fc.integer({ min: 0, max: 2 }), (value, indent) => {
        const replaced = replaceMembers(JSON.stringify(value, null, indent), (parent, key) =>
          parent === "a" && key === "b" ? () => "0" : undefined,
        );
        expect(JSON.parse(replaced)).to.deep.equal(walk(value, ""));
      }),
    );
  });
});
