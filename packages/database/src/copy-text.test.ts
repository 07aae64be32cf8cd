import { expect } from "chai";
import fc from "fast-check";
import { copyLine } from "./copy-text.ts";

describe("copyLine", () => {
  it("writes nulls, numbers and truth values as Postgres reads them", () => {
    expect(copyLine(["a", null, 7, true, false, ""])).to.equal("a\t\\N\t7\ttrue\tfalse\t\n");
  });

  it("keeps text apart from the marks of the format", () => {
    expect(copyLine(["\\N", "a\tb", "c\nd", "e\rf", "\\."])).to.equal(
      "\\\\N\ta\\tb\tc\\nd\te\\rf\t\\\\.\n",
    );
  });

  it("never writes a tab or an end of line of its own into a value", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (values) => {
        const line = copyLine(values);
        expect(line.indexOf("\n")).to.equal(line.length - 1);
        expect(line.slice(0, -1).split("\t")).to.have.length(values.length);
      }),
    );
  });
});
