import { SingleBar } from "cli-progress";
import type { Surroundings } from "./surroundings.ts";

/** Between two lines of progress where no terminal shows a bar: a log of a long run stays readable. */
const LINE_INTERVAL_MS = 10_000;

/** How far a long command is: a bar on a terminal, otherwise a line now and then. All on stderr. */
export class ProgressBar {
  readonly #stderr: Surroundings["stderr"];
  readonly #started = Date.now();
  readonly #total: number | undefined;
  #bar: SingleBar | undefined;
  #lastLine = Date.now();

  /** @param total of what is counted in `update`; undefined when nobody knows */
  constructor({ stderr }: Surroundings, total?: number) {
    this.#stderr = stderr;
    this.#total = total;
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (Date.now() - this.#started) / 1_000;
  }

  /**
   * Shows how far it is.
   *
   * @param done in the unit of the total
   * @param text what else there is to tell
   */
  update(done: number, text: string): void {
    if (this.#stderr.isTTY === true) {
      this.#bar ??= this.#start();
      this.#bar.update(done, { text });
      return;
    }
    if (Date.now() - this.#lastLine < LINE_INTERVAL_MS) return;
    this.#lastLine = Date.now();
    this.#stderr.write(
      `${this.#total === undefined ? "" : `${percent(done, this.#total)}, `}${text}\n`,
    );
  }

  /** Takes the bar away. */
  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #start(): SingleBar {
    const bar = new SingleBar({
      stream: this.#stderr as NodeJS.WritableStream,
      format:
        this.#total === undefined
          ? "{text}"
          : "[{bar}] {percentage}% | {eta_formatted} left | {text}",
      barsize: 20,
      clearOnComplete: true,
      hideCursor: null,
      linewrap: null,
      etaBuffer: 100,
    });
    bar.start(Math.max(this.#total ?? 0, 1), 0, { text: "" });
    return bar;
  }
}

function percent(done: number, total: number): string {
  return `${total === 0 ? 100 : Math.floor((100 * done) / total)} %`;
}
