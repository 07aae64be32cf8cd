import { expect } from "chai";
import { periodStart } from "./periods.ts";

describe("periodStart", () => {
  const weeks: readonly [string, string][] = [
    ["2026-01-01", "2025-12-29"],
    ["2025-12-31", "2025-12-29"],
    ["2024-12-30", "2024-12-30"],
    ["2027-01-03", "2026-12-28"],
    ["2026-03-01", "2026-02-23"],
    ["0001-01-01", "0001-01-01"],
  ];
  for (const [day, monday] of weeks) {
    it(`puts ${day} into the ISO week from Monday ${monday}`, () => {
      expect(periodStart("week", day)).to.equal(monday);
    });
  }

  it("puts a day into its calendar month and into itself", () => {
    expect(periodStart("month", "2024-02-29")).to.equal("2024-02-01");
    expect(periodStart("day", "2024-02-29")).to.equal("2024-02-29");
  });
});
