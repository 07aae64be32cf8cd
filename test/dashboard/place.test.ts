import { expect } from "chai";
import fc from "fast-check";
import {
  addDays,
  daysIn,
  isDay,
  monthsBefore,
  periodOf,
  startsIn,
  UNITS,
} from "../../apps/api/dashboard/src/days.ts";
import { Place } from "../../apps/api/dashboard/src/place.ts";

const DAY = fc
  .date({ min: new Date("1990-01-01"), max: new Date("2090-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe("a place and its URL", () => {
  it("says the same after having been written and read, whatever was chosen", () => {
    const choices = fc.dictionary(
      fc.constantFrom("registry", "repository", "tag", "actor", "cursor"),
      fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.isWellFormed()),
    );
    fc.assert(
      fc.property(choices, (chosen) => {
        const place = Place.read("").to("events", chosen);
        const read = Place.read(new URL(place.href, "http://tallyman.test").search);
        expect(read.view).to.equal("events");
        for (const [name, value] of Object.entries(chosen)) expect(read.get(name)).to.equal(value);
        expect(read.href).to.equal(place.href);
      }),
    );
  });

  it("keeps registry and period from view to view, and nothing else", () => {
    const place = Place.read("?view=tags&registry=dock&period=90d&unused=never&cursor=x");
    expect(place.to("events").href).to.equal("/?view=events&registry=dock&period=90d");
  });

  it("begins a list anew when something else is chosen", () => {
    const place = Place.read("?view=tags&cursor=x&unused=never");
    expect(place.with({ unused: undefined }).href).to.equal("/?view=tags");
  });

  it("is the overview of the usual period where the URL makes no sense", () => {
    for (const query of ["", "?view=nope", "?period=1y", "?from=2026-02-30&to=2026-03-01"]) {
      const place = Place.read(query);
      expect([place.view, place.preset]).to.deep.equal(["overview", "28d"]);
      expect(place.window("2026-02-04")).to.deep.equal({ from: "2026-01-08", to: "2026-02-05" });
    }
  });

  it("has the last twelve months up to today", () => {
    expect(Place.read("?period=12m").window("2026-02-28")).to.deep.equal({
      from: "2025-03-01",
      to: "2026-03-01",
    });
  });
});

describe("days", () => {
  it("lie in exactly one day, week and month each, and these follow one another", () => {
    fc.assert(
      fc.property(DAY, fc.nat(400), fc.constantFrom(...UNITS), (from, length, unit) => {
        const window = { from, to: addDays(from, length + 1) };
        const starts = startsIn(unit, window);
        expect(starts[0]).to.equal(periodOf(unit, from).from);
        for (const [index, start] of starts.entries()) {
          const period = periodOf(unit, start);
          expect(period.from).to.equal(start);
          expect(isDay(period.to)).to.equal(true);
          const next = starts[index + 1];
          if (next === undefined) expect(period.to >= window.to).to.equal(true);
          else expect(period.to).to.equal(next);
        }
      }),
    );
  });

  it("begin weeks on Monday and months on the first", () => {
    expect(periodOf("week", "2026-01-04")).to.deep.equal({ from: "2025-12-29", to: "2026-01-05" });
    expect(periodOf("week", "2026-01-05").from).to.equal("2026-01-05");
    expect(periodOf("month", "2026-12-31")).to.deep.equal({ from: "2026-12-01", to: "2027-01-01" });
  });

  it("are counted in windows, and go back by months to days that there are", () => {
    expect(daysIn({ from: "2024-02-28", to: "2024-03-01" })).to.equal(2);
    expect(monthsBefore("2026-03-31", 1)).to.equal("2026-02-28");
    expect(monthsBefore("2024-02-29", 12)).to.equal("2023-02-28");
  });
});
