import { z } from "zod";
import { REGISTRY } from "./parameters.ts";
import { defineRoute } from "./route.ts";
import { day, withCounts } from "./sql-text.ts";
import { FROM, MAX_DAYS, TO, windowOf } from "./window.ts";

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

interface LedgerRow extends Record<(typeof COUNTS)[number], string> {
  readonly registry: string | null;
  readonly day: string | null;
}

export const ledger = defineRoute({
  path: "/api/v1/ledger",
  question:
    "Does the ledger balance: received = tracked + duplicates + rejected, per day of receipt?",
  parameters: z.object({
    registry: REGISTRY,
    from: FROM.describe(`first day of receipt; without it, ${DEFAULT_DAYS} days before to`),
    to: TO,
  }),
  answer: async (parameters, { database, today }) => {
    const { registry = null } = parameters;
    const window = windowOf(parameters, {
      today: today(),
      days: DEFAULT_DAYS,
      maxDays: MAX_DAYS,
    });
    const rows = await database.query<LedgerRow>(LEDGER, [registry, window.from, window.to]);
    const counted = rows.map((row) => withCounts(row, COUNTS));
    const { received, tracked, duplicates, rejected } = totalsOf(counted);
    return {
      registry,
      ...window,
      totals: { received, tracked, duplicates, rejected },
      days: counted.filter((row) => row.day !== null),
    };
  },
});

function totalsOf<Row extends { readonly day: string | null }>(rows: readonly Row[]): Row {
  const totals = rows.find((row) => row.day === null);
  if (totals === undefined) throw new Error("the ledger's totals are missing");
  return totals;
}
