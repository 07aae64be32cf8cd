import { expect } from "chai";
import { windowOf, type WindowOptions } from "./window.ts";

const TODAY = "2026-11-21";

describe("windowOf", () => {
  const windows: readonly [WindowOptions, string, string][] = [
    [{}, "2026-10-25", "2026-11-22"],
    [{ from: "2026-11-01" }, "2026-11-01", "2026-11-22"],
    [{ to: "2026-03-01" }, "2026-02-01", "2026-03-01"],
    [{ from: "2024-02-29", to: "2024-03-01" }, "2024-02-29", "2024-03-01"],
    [{ month: "2026-12" }, "2026-12-01", "2027-01-01"],
    [{ month: "2024-02" }, "2024-02-01", "2024-03-01"],
    [{ week: "2026-W47" }, "2026-11-16", "2026-11-23"],
    [{ week: "2026-W01" }, "2025-12-29", "2026-01-05"],
    [{ week: "2026-W53" }, "2026-12-28", "2027-01-04"],
  ];
  for (const [options, from, to] of windows) {
    it(`is ${from} to ${to} for ${JSON.stringify(options)}`, () => {
      expect(windowOf(options, TODAY)).to.deep.equal({ from, to });
    });
  }

  const wrong: readonly [WindowOptions, string][] = [
    [{ from: "2026-11-31" }, "--from 2026-11-31"],
    [{ to: "today" }, "--to today"],
    [{ from: "2026-11-21", to: "2026-11-21" }, "later than"],
    [{ from: "2027-01-01" }, "later than"],
    [{ week: "2025-W53" }, "ISO week"],
    [{ week: "2026-W00" }, "ISO week"],
    [{ week: "47" }, "ISO week"],
    [{ month: "2026-13" }, "month like"],
    [{ month: "2026-11", from: "2026-11-01" }, "Give --week"],
  ];
  for (const [options, hint] of wrong) {
    it(`refuses ${JSON.stringify(options)} and says what would be right`, () => {
      expect(() => windowOf(options, TODAY)).to.throw(hint);
    });
  }
});
