import { compactJson, elementTexts } from "./json-text.ts";

/** An event's place in the body that brought it. */
export interface EventOrigin {
  readonly body: BodyText;
  /** Index in the envelope's list; null for an event without an envelope. */
  readonly index: number | null;
}

/**
 * A request's body, of which the texts of single events may be wanted. They are looked for once and all together: looked
 * for one by one, the whole body would be gone through for each of its events, which takes hours at eight megabytes.
 */
export class BodyText {
  readonly #body: string;
  #events: readonly string[] | undefined;

  constructor(body: string) {
    this.#body = body;
  }

  /** JSON text as it was sent, without white space between its tokens. @param index as in `EventOrigin` */
  textAt(index: number | null): string {
    if (index === null) return compactJson(this.#body);
    this.#events ??= elementTexts(this.#body, "events");
    return this.#events[index] ?? "null";
  }
}

/** An event's JSON text as it was sent, without white space between its tokens. */
export function textOf({ body, index }: EventOrigin): string {
  return body.textAt(index);
}
