/** What one check has found. */
export interface Finding {
  readonly check: Check;
  readonly status: "ok" | "warning" | "fault";
  /** What is so, and for a warning or a fault why that is bad. */
  readonly message: string;
  /** What to do. */
  readonly next?: string;
  /** Whether only those need to care on whose Tallyman others rely, and nobody who tries it out. */
  readonly forProduction?: true;
}

/** The areas that are looked at, in their order. */
export const CHECKS = [
  "configuration",
  "secrets",
  "queue",
  "workers",
  "database",
  "schema",
  "rights",
  "names",
  "partitions",
  "rejected",
  "ingest",
  "pipe",
] as const;
export type Check = (typeof CHECKS)[number];

/** Makes the findings of one area. */
export class Findings {
  readonly #check: Check;
  readonly found: Finding[] = [];

  constructor(check: Check) {
    this.#check = check;
  }

  ok(message: string): void {
    this.found.push({ check: this.#check, status: "ok", message });
  }

  warning(message: string, next: string): void {
    this.found.push({ check: this.#check, status: "warning", message, next });
  }

  /** A warning that means nothing to who tries Tallyman out. */
  warningForProduction(message: string, next: string): void {
    this.found.push({
      check: this.#check,
      status: "warning",
      message,
      next,
      forProduction: true,
    });
  }

  fault(message: string, next: string): void {
    this.found.push({ check: this.#check, status: "fault", message, next });
  }
}
