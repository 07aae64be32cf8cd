import { resolve } from "node:path";
import { z } from "zod";
import { readState, writeState } from "../state-file.ts";
import { UsageError } from "../surroundings.ts";

const STATE = z.object({
  version: z.literal(1),
  registry: z.string(),
  receivedAt: z.string(),
  files: z.record(z.string(), z.object({ offset: z.int().min(0), size: z.int().min(0) })),
});

type State = z.infer<typeof STATE>;

/** Between two writes of an import's state: so much is at most read again after an interruption, and known by its ids. */
const WRITE_INTERVAL_MS = 1_000;

/** How far each file of an import is, in a file of its own, so that it can go on where it was. */
export class ImportState {
  readonly #path: string | undefined;
  readonly #state: State;
  #written = 0;

  private constructor(path: string | undefined, state: State) {
    this.#path = path;
    this.#state = state;
  }

  /**
   * Reads the state, or begins one.
   *
   * @param path undefined when nothing is to be kept
   * @throws UsageError when the file is something else, or of another registry
   */
  static async open(
    path: string | undefined,
    registry: string,
    receivedAt: string,
  ): Promise<ImportState> {
    const state = path === undefined ? undefined : await readState(path, STATE);
    if (state === undefined) {
      return new ImportState(path, { version: 1, registry, receivedAt, files: {} });
    }
    if (state.registry !== registry) {
      throw new UsageError(
        `${path} belongs to an import for the registry ${state.registry}. Name another file.`,
      );
    }
    return new ImportState(path, state);
  }

  /** The time of receipt: that of the first run, so that an import has one. */
  get receivedAt(): string {
    return this.#state.receivedAt;
  }

  /** Where to go on in a file; 0 when it has become shorter and thus is another one. @param size its bytes on disk */
  offsetIn(file: string, size: number): number {
    const known = this.#state.files[resolve(file)];
    return known === undefined || size < known.size ? 0 : known.offset;
  }

  /** Notes how much of a file is counted. @param offset in its unpacked bytes */
  async note(file: string, offset: number, size: number): Promise<void> {
    this.#state.files[resolve(file)] = { offset, size };
    if (Date.now() - this.#written >= WRITE_INTERVAL_MS) await this.write();
  }

  async write(): Promise<void> {
    if (this.#path === undefined) return;
    this.#written = Date.now();
    await writeState(this.#path, this.#state);
  }
}
