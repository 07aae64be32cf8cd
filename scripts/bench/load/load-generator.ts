import type { ChildProcess } from "node:child_process";
import { startChildProgram, stopChild } from "../child-program.ts";
import type { LoadCommand, LoadMessage, LoadOptions, LoadResult } from "./load-options.ts";

/** The load generator, in a process of its own. */
export class LoadGenerator {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<LoadGenerator> {
    const { child } = await startChildProgram("load/main.ts");
    return new LoadGenerator(child);
  }

  /** @param onAcknowledged hears now and then how many requests have been answered with 200 so far */
  run(options: LoadOptions, onAcknowledged?: (events: number) => void): Promise<LoadResult> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const onExit = (): void => {
        child.off("message", onMessage);
        reject(new Error("the load generator died; see what it wrote above"));
      };
      const onMessage = (message: LoadMessage): void => {
        if (message.kind === "acknowledged") onAcknowledged?.(message.events);
        if (message.kind !== "result") return;
        child.off("message", onMessage);
        child.off("exit", onExit);
        resolve(message.result);
      };
      child.on("message", onMessage);
      child.once("exit", onExit);
      this.#tell({ kind: "run", options });
    });
  }

  /** Tells how many events of the run can be seen in the tables. */
  setVisible(events: number): void {
    this.#tell({ kind: "visible", events });
  }

  close(): Promise<void> {
    return stopChild(this.#child);
  }

  #tell(command: LoadCommand): void {
    this.#child.send(command);
  }
}
