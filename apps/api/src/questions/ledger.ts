import { z } from "zod";
import { REGISTRY } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import { ASKED_REGISTRY, COUNT, DAY, REGISTRY_LABEL, WINDOW } from "../schemas.ts";
import { day, withCounts } from "../sql-text.ts";
import { FROM, MAX_DAYS, TO, windowOf } from "../window.ts";

const DEFAULT_DAYS = 28;

/** Rows and their totals from one look at the table, so that they always agree. The row without a day is the totals. */
const LEDGER = `
select registry, ${day("day")} as day,
  coalesce(sum(received), 0) as received,
  coalesce(sum(tracked), 0) as tracked,
  coalesce(sum(duplicates), 0) as duplicates,
  coalesce(sum(rejected), 0) as rejected
from ledger
where ($1::text is null or registry = $1) and ledger.day >= $2::date and ledger.day < $3::date
group by grouping sets ((registry, ledger.day), ())
order by ledger.day, registry`;

const COUNTS = ["received", "tracked", "duplicates", "rejected"] as const;

const BALANCE = {
  received: COUNT.describe("events of acknowledged requests"),
  tracked: COUNT.describe("of these, events that are counted"),
  duplicates: COUNT.describe("of these, repetitions"),
  rejected: COUNT.describe("of these, events that could not be counted and are kept"),
};

const ROW = z.strictObject({
  registry: REGISTRY_LABEL,
  day: DAY.describe("UTC day of receipt"),
  ...BALANCE,
});

/** Both are null in the row of the totals. */
interface LedgerKey {
  readonly registry: string | null;
  readonly day: string | null;
}

type LedgerRow = LedgerKey & Record<(typeof COUNTS)[number], string>;

export const ledger = defineRoute({
  path: "/api/v1/ledger",
  question:
    "Does the ledger balance: received = tracked + duplicates + rejected, per day of receipt?",
  parameters: z.object({
    registry: REGISTRY,
    from: FROM.describe(`first day of receipt; without it, ${DEFAULT_DAYS} days before to`),
    to: TO,
  }),
  response: z.strictObject({
    registry: ASKED_REGISTRY,
    ...WINDOW,
    totals: z.strictObject(BALANCE),
    days: z.array(ROW),
  }),
  table: { row: ROW, rowsOf: (answer) => answer.days },
  answer: async (parameters, { database, today }) => {
    const { registry = null } = parameters;
    const window = windowOf(parameters, {
      today: today(),
      days: DEFAULT_DAYS,
      maxDays: MAX_DAYS,
    });
    const rows = await database.query<LedgerRow>(LEDGER, [registry, window.from, window.to]);
    const counted = rows.map((row) => withCounts(row, COUNTS));
    const totals = counted.find((row) => row.day === null);
    if (totals === undefined) throw new Error("the ledger's totals are missing");
    const { registry: _registry, day: _day, ...balance } = totals;
    return { registry, ...window, totals: balance, days: counted.filter(isOfOneDay) };
  },
});

function isOfOneDay<Row extends LedgerKey>(
  row: Row,
): row is Row & { readonly registry: string; readonly day: string } {
  return row.day !== null;
}
