/** Conditions of a statement and the values that they name. Only what was asked for is in the text that is planned. */
export class Conditions {
  readonly #texts: string[] = [];
  readonly values: unknown[] = [];

  /** Names a value: `$1`, `$2`, … */
  value(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  /** Adds a condition. */
  add(text: string): void {
    this.#texts.push(text);
  }

  /** Adds a condition on a value, unless there is none. */
  where(value: unknown, text: (name: string) => string): void {
    if (value !== undefined && value !== null) this.add(text(this.value(value)));
  }

  /** All of them; `true` when there are none. */
  get text(): string {
    return this.#texts.length === 0 ? "true" : this.#texts.join("\n  and ");
  }
}
