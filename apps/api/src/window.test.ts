import { expect } from "chai";
import fc from "fast-check";
import { ParameterError } from "./errors.ts";
import { DATE, wholePeriods, windowOf } from "./window.ts";

const DEFAULTS = { today: "2026-02-28", days: 28 };

const FAULT_OF_FROM = /^from: /;

describe("window", () => {
  it("ends with today and has its default length when nothing is said", () => {
    expect(windowOf({}, DEFAULTS)).to.deep.equal({ from: "2026-02-01", to: "2026-03-01" });
  });

  it("keeps its default length before a given end", () => {
    expect(windowOf({ to: "2024-03-01" }, DEFAULTS).from).to.equal("2024-02-02");
  });

  it("holds at least one day, and the fault names what was given", () => {
    const day = "2026-01-01";
    expect(() => windowOf({ from: day, to: day }, DEFAULTS)).to.throw(ParameterError, /^to: /);
    expect(() => windowOf({ from: "2026-03-01" }, DEFAULTS)).to.throw(
      ParameterError,
      FAULT_OF_FROM,
    );
  });

  it("has a longest length where the answer grows with it", () => {
    const asked = { from: "2025-01-01", to: "2026-01-01" };
    expect(windowOf(asked, { ...DEFAULTS, maxDays: 365 })).to.deep.equal(asked);
    const tooLong = () => windowOf(asked, { ...DEFAULTS, maxDays: 364 });
    expect(tooLong).to.throw(ParameterError, FAULT_OF_FROM);
  });

  it("is widened to whole weeks from Monday and whole months", () => {
    const window = { from: "2025-12-31", to: "2026-01-06" };
    expect(wholePeriods(window, "day")).to.deep.equal(window);
    expect(wholePeriods(window, "week")).to.deep.equal({ from: "2025-12-29", to: "2026-01-12" });
    expect(wholePeriods(window, "month")).to.deep.equal({ from: "2025-12-01", to: "2026-02-01" });
  });

  it("of whole periods stays as it is when widened again", () => {
    const day = fc
      .date({ min: new Date("1000-01-01"), max: new Date("8999-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, day, fc.constantFrom("day", "week", "month"), (a, b, period) => {
        fc.pre(a < b);
        const whole = wholePeriods({ from: a, to: b }, period);
        expect(whole.from <= a && b <= whole.to).to.equal(true);
        expect(wholePeriods(whole, period)).to.deep.equal(whole);
      }),
    );
  });

  for (const text of ["2026-02-29", "2026-1-1", "today", "20260101"]) {
    it(`refuses ${text} as a day`, () => {
      expect(DATE.safeParse(text).error?.issues[0]?.message).to.equal(
        "must be a date like 2026-01-31",
      );
    });
  }

  it("refuses a day that Postgres and JavaScript would not agree on, and says which are taken", () => {
    for (const text of ["0000-01-01", "0999-12-31", "9000-01-01"]) {
      expect(DATE.safeParse(text).error?.issues[0]?.message).to.equal(
        "must lie between 1000-01-01 and 8999-12-31",
      );
    }
  });
});
