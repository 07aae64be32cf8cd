import { spawn } from "node:child_process";

/** A witness whose echo takes longer than this was not given a processor. */
const LONG_MS = 40;

const INTERVAL_MS = 10;

/**
 * Knows when this machine stood still: a process that does nothing but echo is pinged all the time, and an echo that
 * comes late is nobody's fault but the machine's. A bound on answers is fair only without that time.
 */
export class StallWatch {
  readonly #stalls: { readonly from: number; readonly to: number }[] = [];
  readonly #stop: () => void;

  constructor() {
    const witness = spawn(process.execPath, ["-e", "process.stdin.pipe(process.stdout)"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    witness.stdin.on("error", () => undefined);
    let sentAt: number | undefined;
    const timer = setInterval(() => {
      if (sentAt !== undefined) return;
      sentAt = performance.now();
      witness.stdin.write("x");
    }, INTERVAL_MS);
    timer.unref();
    witness.stdout.on("data", () => {
      const now = performance.now();
      if (sentAt !== undefined && now - sentAt > LONG_MS) {
        this.#stalls.push({ from: sentAt, to: now });
      }
      sentAt = undefined;
    });
    this.#stop = () => {
      clearInterval(timer);
      witness.kill("SIGKILL");
    };
  }

  /** Milliseconds of the time span in which the machine stood still. */
  within(from: number, to: number): number {
    let sum = 0;
    for (const stall of this.#stalls.slice(-500)) {
      sum += Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from));
    }
    return sum;
  }

  close(): void {
    this.#stop();
  }
}
