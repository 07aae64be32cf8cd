import { expect } from "chai";
import fc from "fast-check";
import { DocumentSplitter, LogError } from "./document-splitter.ts";

function split(
  log: string | Buffer,
  sizes: readonly number[] = [1_000],
  longest?: number,
): string[] {
  const splitter = new DocumentSplitter(0, longest);
  const bytes = Buffer.from(log);
  const texts: string[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    for (const { text } of splitter.push(bytes.subarray(at, at + size))) texts.push(text);
    at += size;
  }
  for (const { text } of splitter.end()) texts.push(text);
  return texts;
}

describe("DocumentSplitter", () => {
  it("finds objects on lines, one after the other, over many lines, and in lists", () => {
    const a = '{"a":"}{\\"\\\\"}';
    const b = '{\n  "b": [\n{},\n{"c": {}}\n]\n}';
    for (const between of ["\n", "", " \r\n\n", ",\n", "\u001e"]) {
      expect(split(`${a}${between}${b}${between}${a}`)).to.deep.equal([a, b, a]);
    }
    expect(split(`[\n${a},\n${b}\n]\n`)).to.deep.equal([a, b]);
    expect(split(`\u{feff}${a}`)).to.deep.equal([a]);
    expect(split(" \n\n")).to.deep.equal([]);
  });

  it("takes a line that is no object as a document of its own", () => {
    expect(split('nonsense\n{"a":1}\n7\nend')).to.deep.equal(["nonsense", '{"a":1}', "7", "end"]);
  });

  it("loses no more than the line of an object that breaks off, wherever it does", () => {
    const whole = '{"events":[{"id":"1","actor":{"name":"mira"},"n":[1,{}]}]}';
    for (let length = 1; length < whole.length; length++) {
      const broken = whole.slice(0, length);
      const texts = split(`${whole}\n${broken}\n${whole}\n${whole}\n`);
      expect(texts, broken).to.deep.equal([whole, broken, whole, whole]);
    }
  });

  it("gives up an object that never ends after so many bytes, and a line that is too long altogether", () => {
    const open = `{"a":[\n{"b":1},\n${'{"c":1},\n'.repeat(50)}`;
    const texts = split(open, [10], 100);
    expect([texts[0], texts[1], texts.length]).to.deep.equal(['{"a":[', '{"b":1}', 52]);
    expect(() => split("x".repeat(200), [10], 100)).to.throw(LogError, "byte 0");
  });

  it("gives the same documents, and their ends, however the bytes are cut", () => {
    const piece = fc.oneof(
      fc.json().map((text) => text),
      fc
        .dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
        .map((value) => JSON.stringify(value, null, 1)),
      fc.string({ unit: "binary" }),
      fc.constantFrom('{"a":"', "{", '{"é":"𐐀"}', '"', "\\", "}"),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join("\n")),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (log, sizes) => {
          expect(split(log, sizes)).to.deep.equal(split(log, [1_000_000]));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("finds every object of any values, and only those, with the offset of each one's end", () => {
    const objects = fc.array(
      fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2)),
    );
    fc.assert(
      fc.property(objects, fc.constantFrom("", "\n", "\r\n\t"), (list, between) => {
        const texts = list.map(([value, indent]) => JSON.stringify(value, null, indent));
        const bytes = Buffer.from(texts.join(between));
        const splitter = new DocumentSplitter(100);
        const found = [...splitter.push(bytes), ...splitter.end()];
        expect(found.map(({ text }) => text)).to.deep.equal(texts);
        for (const { text, end } of found) {
          const size = Buffer.byteLength(text);
          expect(bytes.toString("utf8", end - 100 - size, end - 100)).to.equal(text);
        }
      }),
    );
  });
});
