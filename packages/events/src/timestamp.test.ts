import { expect } from "chai";
import fc from "fast-check";
import { occurredAt, parseTimestamp } from "./timestamp.ts";

describe("parseTimestamp", () => {
  const cases: readonly [string, string | undefined, string][] = [
    ["2026-03-02T08:15:30Z", "2026-03-02T08:15:30.000000Z", "reads a time without a fraction"],
    ["2026-03-02T08:15:30.1Z", "2026-03-02T08:15:30.100000Z", "fills a short fraction up"],
    [
      "2026-12-31T23:59:59.999999999Z",
      "2026-12-31T23:59:59.999999Z",
      "cuts nanoseconds and never rounds into the next day",
    ],
    [
      "2026-03-01T01:30:00+02:00",
      "2026-02-28T23:30:00.000000Z",
      "moves an eastern offset back into the UTC day",
    ],
    [
      "2026-02-28T23:30:00-00:45",
      "2026-03-01T00:15:00.000000Z",
      "moves a western offset on into the UTC day",
    ],
    ["2026-03-02t08:15:30z", "2026-03-02T08:15:30.000000Z", "reads small letters"],
    [
      "2016-12-31T23:59:60Z",
      "2016-12-31T23:59:59.999999Z",
      "reads second 60 as the last microsecond of 59",
    ],
    ["2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999999Z", "drops the fraction of second 60"],
    ["0050-06-01T00:00:00Z", "0050-06-01T00:00:00.000000Z", "reads the first century as it is"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z", "knows leap days"],
    ["2026-02-29T00:00:00Z", undefined, "refuses a day that does not exist"],
    ["2026-13-01T00:00:00Z", undefined, "refuses a month that does not exist"],
    ["2026-03-02T24:00:00Z", undefined, "refuses hour 24"],
    ["2026-03-02T08:15:61Z", undefined, "refuses second 61"],
    ["2026-03-02T08:15:30+24:00", undefined, "refuses an offset of a day"],
    ["2026-03-02T08:15:30.1234567890Z", undefined, "refuses ten fraction digits"],
    ["2026-03-02T08:15:30.Z", undefined, "refuses an empty fraction"],
    ["2026-03-02 08:15:30Z", undefined, "refuses a space for the T"],
    ["2026-03-02T08:15:30", undefined, "refuses a time without an offset"],
    ["0000-06-01T00:00:00Z", undefined, "refuses the year 0, which Postgres does not have"],
    ["9999-12-31T23:59:59-01:00", undefined, "refuses what lies beyond the year 9999 in UTC"],
    ["", undefined, "refuses nothing at all"],
    ["1772439330", undefined, "refuses a number of seconds"],
  ];
  for (const [text, expected, title] of cases) {
    it(`${title} (${text})`, () => expect(parseTimestamp(text)).to.equal(expected));
  }

  it("agrees with Date on every whole millisecond from the year 1 on", () => {
    const range = {
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(parseTimestamp(date.toISOString())).to.equal(
          `${date.toISOString().slice(0, -1)}000Z`,
        );
      }),
    );
  });

  it("reads a text that ends in Z as it reads the same text with an offset of zero", () => {
    const digits = (length: number) => fc.integer({ min: 0, max: 10 ** length - 1 });
    const field = (max: number) =>
      fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, "0"));
    const fraction = fc.stringMatching(/^(\.\d{1,10})?$/);
    const text = fc
      .tuple(digits(4), field(13), field(32), field(25), field(61), field(61), fraction)
      .map(
        ([y, mo, d, h, mi, s, f]) => `${String(y).padStart(4, "0")}-${mo}-${d}T${h}:${mi}:${s}${f}`,
      );
    fc.assert(
      fc.property(text, (time) => {
        expect(parseTimestamp(`${time}Z`)).to.equal(parseTimestamp(`${time}+00:00`));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("occurredAt", () => {
  const received = "2026-11-21T10:00:00.000000Z";
  const cases: readonly [unknown, string, string][] = [
    ["2026-11-22T10:00:00Z", "event", "takes a time exactly 24 hours ahead"],
    ["2026-11-22T10:00:00.000001Z", "received", "does not take a time more than 24 hours ahead"],
    ["1999-01-01T00:00:00Z", "event", "takes a late event's own time, however old"],
    ["0001-01-01T00:00:00Z", "received", "does not take Go's zero time"],
    ["0001-01-01T05:00:00+05:00", "received", "does not take the zero time of another zone"],
    ["0000-12-31T20:00:00-04:00", "received", "does not take a time that is the zero time in UTC"],
    [undefined, "received", "does without a time"],
    [null, "received", "reads null as absent"],
    ["", "received", "reads an empty string as absent"],
    [1772439330, "received", "does not take a number"],
    ["soon", "received", "does not take what is no time"],
  ];
  for (const [timestamp, source, title] of cases) {
    it(title, () => {
      const result = occurredAt(timestamp, received);
      expect(result.timestampSource).to.equal(source);
      if (source === "received") expect(result.occurredAt).to.equal(received);
    });
  }
});
