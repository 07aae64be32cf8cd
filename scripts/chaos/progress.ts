/** Lines of results, and below them on a terminal what happens at this moment. */
export class Progress {
  #what = "";
  readonly #isTerminal = process.stderr.isTTY;
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  line(text: string): void {
    this.#clear();
    this.#print(text);
  }

  enter(what: string): void {
    this.#what = what;
    this.step("");
  }

  step(text: string): void {
    if (!this.#isTerminal) return;
    this.#clear();
    process.stderr.write(`${this.#what} ${text}`.slice(0, process.stderr.columns - 1));
  }

  #clear(): void {
    if (this.#isTerminal) process.stderr.write("\r\u001B[K");
  }
}
