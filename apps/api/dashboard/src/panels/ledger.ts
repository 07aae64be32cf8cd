import type { Ledger, LedgerCounts } from "../answers.ts";
import { ask } from "../ask.ts";
import { addDays, utcToday } from "../days.ts";
import { element, type Child } from "../element.ts";
import { day, number, type Count } from "../format.ts";
import { imbalance } from "../imbalance.ts";
import { link } from "../navigation.ts";
import { nothingCounted } from "../nothing-counted.ts";
import { Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { table } from "../table.ts";

interface LedgerDay extends LedgerCounts {
  readonly day: string;
}

/** Whether everything that was received is accounted for, per day of receipt. */
export function ledger(): Part {
  return new Panel<Ledger>({
    title: "Ledger",
    note: "By day of receipt: received = tracked + duplicates + rejected.",
    key: (place) => [place.get("registry"), place.window(utcToday())],
    load: (place) =>
      ask("ledger", { registry: place.get("registry"), ...place.window(utcToday()) }),
    show,
  });
}

function show({ totals, days }: Ledger, place: Place): Child {
  if (days.length === 0) return nothingCounted(place);
  return [
    verdict(totals),
    element(
      "div",
      { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "Ledger per day" },
      table<LedgerDay>({
        caption: "Ledger per day of receipt",
        columns: [
          { title: "Day (UTC)", cell: (row) => day(row.day) },
          { title: "Received", numeric: true, cell: (row) => number(row.received) },
          {
            title: "Tracked",
            numeric: true,
            cell: (row) =>
              rowsBehind(
                row.tracked,
                place.to("events", {
                  time: "all",
                  received_from: row.day,
                  received_to: addDays(row.day, 1),
                }),
              ),
          },
          { title: "Duplicates", numeric: true, cell: (row) => number(row.duplicates) },
          {
            title: "Rejected",
            numeric: true,
            cell: (row) =>
              rowsBehind(
                row.rejected,
                place.to("rejected", {
                  state: "rejected",
                  since: row.day,
                  until: addDays(row.day, 1),
                }),
              ),
          },
          { title: "Balance", cell: balance },
        ],
        rows: perDay(days),
      }),
    ),
  ];
}

function verdict(totals: LedgerCounts): Child {
  const off = imbalance(totals);
  const { received, tracked, duplicates, rejected } = totals;
  const figures = `${number(received)} received = ${number(tracked)} tracked + ${number(duplicates)} duplicates + ${number(rejected)} rejected`;
  return element(
    "p",
    { class: off === 0n ? "verdict good" : "verdict bad" },
    element("strong", {}, off === 0n ? "Balanced" : `Off by ${number(String(off))}`),
    ` ${figures}`,
  );
}

function balance(row: LedgerCounts): Child {
  const off = imbalance(row);
  return off === 0n
    ? element("span", { class: "good" }, "balanced")
    : element("strong", { class: "bad" }, `off by ${number(String(off))}`);
}

function rowsBehind(count: Count, place: Place): Child {
  return Number(count) === 0 ? "0" : link(place, {}, number(count));
}

/** Registries added up, the latest day first. */
function perDay(days: Ledger["days"]): LedgerDay[] {
  const sums = new Map<string, LedgerDay>();
  for (const row of days) {
    const before = sums.get(row.day);
    sums.set(row.day, before === undefined ? row : { day: row.day, ...addUp(before, row) });
  }
  return [...sums.values()].toSorted((a, b) => b.day.localeCompare(a.day));
}

function addUp(a: LedgerCounts, b: LedgerCounts): LedgerCounts {
  const add = (x: Count, y: Count) => String(BigInt(x) + BigInt(y));
  return {
    received: add(a.received, b.received),
    tracked: add(a.tracked, b.tracked),
    duplicates: add(a.duplicates, b.duplicates),
    rejected: add(a.rejected, b.rejected),
  };
}
