import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Invocation {
  readonly seed: number;
  /** Names of the scenarios to run; empty means all. */
  readonly only: readonly string[];
  readonly full: boolean;
  readonly list: boolean;
}

export const USAGE = `npm run chaos -- [--seed N] [--only name,…] [--quick | --full] [--list]
  --seed N      repeats the load and the schedule of an earlier run
  --only a,b    runs these faults only
  --quick       each fault a few times (default)
  --full        each fault many times, outages of minutes
  --list        names the faults`;

/** @throws Error with the usage when the arguments make no sense */
export function readInvocation(args: readonly string[], known: readonly string[]): Invocation {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        only: { type: "string" },
        quick: { type: "boolean" },
        full: { type: "boolean" },
        list: { type: "boolean" },
      },
    }));
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
  const seed =
    values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new Error(`--seed must be a number.\n${USAGE}`);
  const only = values.only?.split(",").filter((name) => name !== "") ?? [];
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no fault ${unknown.join(", ")}. There are: ${known.join(", ")}`);
  }
  if (values.full === true && values.quick === true) {
    throw new Error(`Either --quick or --full.\n${USAGE}`);
  }
  return { seed, only, full: values.full === true, list: values.list === true };
}
