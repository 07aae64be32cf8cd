import type { Surroundings } from "./surroundings.ts";

/** One line about how far a command is, on stderr, and only where somebody sees it. */
export class Progress {
  readonly #stderr: Surroundings["stderr"];
  #length = 0;

  constructor({ stderr }: Surroundings) {
    this.#stderr = stderr;
  }

  readonly show = (text: string): void => {
    if (this.#stderr.isTTY !== true) return;
    this.#stderr.write(`\r${text.padEnd(this.#length)}`);
    this.#length = text.length;
  };

  /** Removes the line. */
  end(): void {
    if (this.#length === 0) return;
    this.#stderr.write(`\r${" ".repeat(this.#length)}\r`);
    this.#length = 0;
  }
}
