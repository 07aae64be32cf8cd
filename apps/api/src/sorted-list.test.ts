import { expect } from "chai";
import { z } from "zod";
import { Conditions } from "./conditions.ts";
import { encodeCursor } from "./cursor.ts";
import { ParameterError } from "./errors.ts";
import { readParameters } from "./parameters.ts";
import { byMoment, byStoredCount, byStoredTime, sortedList } from "./sorted-list.ts";

const LIST = sortedList({
  keys: {
    name: undefined,
    pulls: byStoredCount("pulls"),
    pulled_at: byStoredTime("pulled_at"),
    pushed_at: byMoment("pushed_at"),
  },
  usual: "name",
  names: 2,
});

const PARAMETERS = z.object(LIST.parameters);

const NAMES = ["registry", "name"];

describe("sortedList", () => {
  it("sorts by names when nobody says how, rising", () => {
    const where = new Conditions();
    const page = LIST.page(readParameters(PARAMETERS, {}), where, NAMES);
    expect(page).to.include({ orderBy: "registry asc, name asc", condition: "true", limit: "$1" });
    expect(where.values).to.deep.equal([101]);
  });

  it("sorts by a value falling, and by names rising among equal values", () => {
    const where = new Conditions();
    const cursor = encodeCursor(["pulls", "desc", "7", "hub", "web"]);
    const page = LIST.page(readParameters(PARAMETERS, { sort: "pulls", cursor }), where, NAMES);
    expect(page.orderBy).to.equal("pulls desc, registry, name");
    expect(page.condition).to.equal(
      "(pulls < $3::bigint or (pulls = $3::bigint and (registry, name) > ($1, $2)))",
    );
    expect(where.values).to.deep.equal(["hub", "web", "7", 101]);
  });

  it("leads from the last row that it shows to the next page, and shows no positions", () => {
    const asked = readParameters(PARAMETERS, { sort: "pulls", limit: "1" });
    const rows = [
      { name: "web", position: "7" },
      { name: "api", position: "5" },
    ];
    const page = LIST.page(asked, new Conditions(), NAMES).of(rows, (row) => ["hub", row.name]);
    expect(page).to.deep.equal({
      rows: [{ name: "web" }],
      next_cursor: encodeCursor(["pulls", "desc", "7", "hub", "web"]),
    });
  });

  it("refuses a cursor of another order", () => {
    const cursor = encodeCursor(["pulls", "asc", "7", "hub", "web"]);
    const asked = readParameters(PARAMETERS, { sort: "pulls", cursor });
    expect(() => LIST.page(asked, new Conditions(), NAMES)).to.throw(ParameterError);
  });

  for (const [what, position] of [
    ["a sort of another list", ["bytes", "desc", "7", "hub", "web"]],
    ["no order", ["pulls", "", "7", "hub", "web"]],
    ["a name too few", ["pulls", "desc", "7", "hub"]],
    ["a name too many", ["pulls", "desc", "7", "hub", "web", "v1"]],
    ["a name that Postgres cannot hold", ["pulls", "desc", "7", "hub", "\0"]],
    ["a number instead of a text", ["pulls", "desc", 7, "hub", "web"]],
    ["a count that is none", ["pulls", "desc", "7.5", "hub", "web"]],
    ["a time that is none", ["pulled_at", "desc", "7", "hub", "web"]],
    ["a time of the year 0", ["pulled_at", "desc", "0000-01-01T00:00:00.000000Z", "hub", "web"]],
    ["a moment that is none", ["pushed_at", "desc", "-infinity", "hub", "web"]],
  ] as const) {
    it(`refuses a cursor with ${what}`, () => {
      const cursor = encodeCursor(position);
      expect(() => readParameters(PARAMETERS, { sort: position[0], cursor })).to.throw(
        ParameterError,
      );
    });
  }

  it("takes back every position that it gives", () => {
    for (const [sort, value] of [
      ["name", "0"],
      ["pulls", "9223372036854775"],
      ["pulled_at", "2026-01-01T00:00:00.000001Z"],
      ["pulled_at", "-infinity"],
      ["pushed_at", "1767225600.000001"],
      ["pushed_at", "-Infinity"],
    ] as const) {
      const position = [sort, "asc", value, "hub", "web"] as const;
      const cursor = encodeCursor(position);
      expect(readParameters(PARAMETERS, { sort, cursor }).cursor).to.deep.equal(position);
    }
  });
});
