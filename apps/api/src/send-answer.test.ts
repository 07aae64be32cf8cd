import { expect } from "chai";
import { z } from "zod";
import type { Table } from "./route.ts";
import { toCsv } from "./send-answer.ts";

const TABLE: Table = {
  row: z.object({ name: z.string(), count: z.number(), yes: z.boolean() }),
  rowsOf: (answer) => (answer as { rows: object[] }).rows,
};

const csv = (...rows: object[]) => toCsv(TABLE, { rows });

describe("toCsv", () => {
  it("writes a header also when there are no rows", () => {
    expect(csv()).to.equal("name,count,yes\r\n");
  });

  it("writes the columns in their order, null as nothing, and quotes what needs it", () => {
    expect(csv({ yes: true, count: 0, name: 'a "b",\nc' }, { name: null, yes: false })).to.equal(
      'name,count,yes\r\n"a ""b"",\nc",0,true\r\n,,false\r\n',
    );
  });

  for (const text of ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"]) {
    it(`puts an apostrophe before ${JSON.stringify(text)}, which a spreadsheet might run`, () => {
      const [, cell] = csv({ name: text, count: 1, yes: true }).split("\r\n");
      expect(cell?.replaceAll('"', "").startsWith("'")).to.equal(true);
    });
  }

  it("leaves other text as it is", () => {
    expect(csv({ name: "a=1", count: 1, yes: true })).to.include("\r\na=1,1,true\r\n");
  });
});
