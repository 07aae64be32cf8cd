import { readHorizon, verifyRollups, type Difference, type TableVerdict } from "@tallyman/database";
import { counted, EXIT, inColumns, print, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** `tallyman rollups verify`: counts everything once more and names what differs. */
export async function rollupsVerify(
  surroundings: Surroundings,
  options: CommonOptions & { readonly show: number },
): Promise<number> {
  const { json = false, show } = options;
  const { horizon, tables } = await withDatabase(
    surroundings,
    options,
    async ({ client, progress }) => ({
      horizon: await readHorizon(client),
      tables: await verifyRollups(client, {
        show,
        onTable: (table, index, total) =>
          progress.show(`counting ${table} (${index + 1} of ${total})`),
      }),
    }),
  );
  const equal = tables.every(({ differences }) => differences === 0);
  print(surroundings, json, { equal, horizon, tables }, [
    ...describe(tables),
    ...(horizon === null
      ? []
      : [
          `Days, weeks and months are compared from ${horizon} on: retention has removed older tracking rows. Totals over all time hold what those told.`,
        ]),
    ...adviceOn(tables),
  ]);
  return equal ? EXIT.ok : EXIT.failure;
}

function describe(tables: readonly TableVerdict[]): string[] {
  const heads = inColumns(
    tables.map(({ table, rows, differences }) => [
      table,
      counted(rows, "row"),
      differences === 0 ? "equal" : counted(differences, "difference"),
    ]),
  );
  return tables.flatMap(({ differences, shown }, index) => {
    const more = differences - shown.length;
    return [
      heads[index] ?? "",
      ...shown.flatMap(describeDifference),
      ...(more > 0 ? [`  and ${more} more; --show shows them`] : []),
    ];
  });
}

function describeDifference({ key, expected, actual }: Difference): string[] {
  const name = Object.entries(key)
    .map(([column, value]) => `${column}=${value ?? "null"}`)
    .join(" ");
  if (expected === null) return [`  ${name}: should not be there`];
  if (actual === null) return [`  ${name}: is missing`, ...values(expected, "expected")];
  const differing = Object.entries(expected).filter(([column, value]) => actual[column] !== value);
  return [
    `  ${name}`,
    ...differing.map(
      ([column, value]) =>
        `    ${column}: expected ${value ?? "null"}, is ${actual[column] ?? "null"}`,
    ),
  ];
}

function values(row: Readonly<Record<string, string | null>>, title: string): string[] {
  const list = Object.entries(row).map(([column, value]) => `${column}=${value ?? "null"}`);
  return list.length === 0 ? [] : [`    ${title} ${list.join(" ")}`];
}

function adviceOn(tables: readonly TableVerdict[]): string[] {
  const differing = tables.filter(({ differences }) => differences > 0).map(({ table }) => table);
  if (differing.length === 0) return ["All equal: every rollup is what tracking_events says."];
  const advice: string[] = [];
  if (differing.some((table) => table !== "ledger")) {
    advice.push("Put the rollups right with: tallyman rollups rebuild");
  }
  if (differing.includes("ledger")) {
    advice.push(
      "The ledger is no rollup and cannot be rebuilt: somebody has removed or changed rows of it, of tracking_events or of rejected_events. Look for them before anything else.",
    );
  }
  return advice;
}
