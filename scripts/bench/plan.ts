/** How much is measured. Times in seconds. */
export interface Plan {
  readonly name: "quick" | "full";
  /** What the run may take altogether; it says so when it took longer. */
  readonly limitSeconds: number;
  readonly acknowledge: { readonly rounds: number; readonly seconds: number };
  readonly worker: {
    readonly rounds: number;
    /** Events of a round: jobs of hundreds, jobs of one, the textbook's, and rows of COPY. */
    readonly events: number;
    readonly singleEvents: number;
    readonly textbookEvents: number;
    readonly copyRows: number;
  };
  readonly endToEnd: {
    readonly rounds: number;
    readonly closedSeconds: number;
    readonly openSeconds: number;
    readonly textbookSeconds: number;
  };
  readonly memorySeconds: number;
  /** Tracking rows at which the worker is measured again, multiples of the seed's; none leaves the stage out. */
  readonly growth: { readonly rows: readonly number[]; readonly rounds: number };
}

const QUICK: Plan = {
  name: "quick",
  limitSeconds: 180,
  acknowledge: { rounds: 3, seconds: 1.5 },
  worker: {
    rounds: 3,
    events: 40_000,
    singleEvents: 6_000,
    textbookEvents: 1_000,
    copyRows: 100_000,
  },
  endToEnd: { rounds: 1, closedSeconds: 6, openSeconds: 8, textbookSeconds: 5 },
  memorySeconds: 5,
  growth: { rows: [], rounds: 0 },
};

const FULL: Plan = {
  name: "full",
  limitSeconds: 600,
  acknowledge: { rounds: 4, seconds: 1.5 },
  worker: {
    rounds: 3,
    events: 40_000,
    singleEvents: 6_000,
    textbookEvents: 1_000,
    copyRows: 100_000,
  },
  endToEnd: { rounds: 2, closedSeconds: 7, openSeconds: 8, textbookSeconds: 4 },
  memorySeconds: 6,
  growth: { rows: [100_000, 1_000_000, 10_000_000], rounds: 3 },
};

export const USAGE = `Usage: npm run bench -- [--quick | --full] [--growth] [--only <stage>,…]

  --quick   under three minutes (the default)
  --full    under ten minutes: more rounds, and the growth of the tables up to 10 million events
  --growth  with --quick: measures the growth as well
  --only    some of: acknowledge, worker, end-to-end, memory, growth; the results are printed, not written to docs/
`;

export const STAGES = ["acknowledge", "worker", "end-to-end", "memory", "growth"] as const;
export type Stage = (typeof STAGES)[number];

export interface Invocation {
  readonly plan: Plan;
  readonly stages: readonly Stage[];
  /** Whether all of the plan's stages run, so that the documents can be written. */
  readonly complete: boolean;
}

/** @throws Error with the usage for arguments that nobody knows */
export function readArguments(args: readonly string[]): Invocation {
  let plan = QUICK;
  let only: readonly Stage[] | undefined;
  let growth = false;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i];
    if (argument === "--quick") plan = QUICK;
    else if (argument === "--full") plan = FULL;
    else if (argument === "--growth") growth = true;
    else if (argument === "--only") only = readStages(args[++i] ?? "");
    else throw new Error(`Unknown argument ${argument}.\n${USAGE}`);
  }
  growth ||= only?.includes("growth") ?? false;
  if (growth) plan = { ...plan, growth: FULL.growth, limitSeconds: FULL.limitSeconds };
  const all = STAGES.filter((stage) => stage !== "growth" || plan.growth.rows.length > 0);
  return { plan, stages: only ?? all, complete: only === undefined };
}

function readStages(text: string): Stage[] {
  return text.split(",").map((name) => {
    const stage = STAGES.find((known) => known === name);
    if (stage === undefined) throw new Error(`Unknown stage "${name}".\n${USAGE}`);
    return stage;
  });
}
