const MINUTE_S = 60;

/** Tells on stderr what is going on: a line that changes in a terminal, otherwise a line for each thing done. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  #stage = "";

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  get elapsedSeconds(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  stage(name: string): void {
    this.#stage = name;
    this.done("begins");
  }

  /** What is being done now; seen in a terminal only. */
  now(text: string): void {
    if (this.#stream.isTTY) this.#stream.write(`\r\u001B[2K${this.#prefix()}${text}`);
  }

  /** What has been done; stays. */
  done(text: string): void {
    this.#stream.write(`${this.#stream.isTTY ? "\r\u001B[2K" : ""}${this.#prefix()}${text}\n`);
  }

  #prefix(): string {
    const seconds = Math.floor(this.elapsedSeconds);
    const clock = `${Math.floor(seconds / MINUTE_S)}:${String(seconds % MINUTE_S).padStart(2, "0")}`;
    return `[${clock}] ${this.#stage === "" ? "" : `${this.#stage}: `}`;
  }
}
