/** One JSON document of a log, or one line that is none. */
export interface LogDocument {
  readonly text: string;
  /** Offset of the byte after it. */
  readonly end: number;
}

/** A log cannot be cut into documents. */
export class LogError extends Error {
  override readonly name = "LogError";
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const RECORD_SEPARATOR = 0x1e;

/** Longest document in bytes, eight times what ingest takes by default: it is held in memory as a whole. */
const LONGEST_DOCUMENT = 64 * 1_024 * 1_024;

const EMPTY = Buffer.alloc(0);

/**
 * Cuts a stream of bytes into JSON objects, however they follow each other: one per line, one after the other, printed
 * over many lines, as elements of a list. What is no object is one document per line; an object that breaks off costs
 * its own line only. Nothing is parsed here, so that text that is not JSON comes out as it is.
 */
export class DocumentSplitter {
  readonly #longest: number;
  #bytes: Buffer = EMPTY;
  /** Offset of the first byte that is held. */
  #offset: number;
  /** Where the scan goes on, and where the document under way began; -1 between documents. */
  #at = 0;
  #start = -1;
  #isLine = false;
  #depth = 0;
  #inString = false;
  /** The last byte that was no white space. */
  #last = 0;

  /** @param offset of the first byte that will be pushed */
  constructor(offset = 0, longest = LONGEST_DOCUMENT) {
    this.#offset = offset;
    this.#longest = longest;
  }

  /**
   * Takes some bytes and gives the documents that are complete by now.
   *
   * @throws LogError when a line is too long to be held
   */
  *push(chunk: Buffer): Generator<LogDocument> {
    const from = this.#start < 0 ? this.#at : this.#start;
    const rest = this.#bytes.subarray(from);
    this.#bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#offset += from;
    this.#at -= from;
    if (this.#start > 0) this.#start = 0;
    yield* this.#scan();
    if (this.#start >= 0 && this.#at - this.#start > this.#longest) {
      if (this.#isLine) {
        throw new LogError(
          `The line at byte ${this.#offset + this.#start} is longer than ${this.#longest} bytes. Split it, or take it out.`,
        );
      }
      this.#takeAsLine();
      yield* this.#scan();
    }
  }

  /** Gives what is left at the end of the stream. */
  *end(): Generator<LogDocument> {
    while (this.#start >= 0) {
      if (this.#isLine) yield* this.#emit(this.#bytes.length);
      else {
        this.#takeAsLine();
        yield* this.#scan();
      }
    }
  }

  *#scan(): Generator<LogDocument> {
    for (;;) {
      if (this.#start < 0 && !this.#begin()) return;
      const end = this.#isLine ? this.#endOfLine() : this.#endOfObject();
      if (end < 0) return;
      yield* this.#emit(end);
    }
  }

  /** Goes to the first byte of the next document. @returns false when there is none yet */
  #begin(): boolean {
    while (this.#at < this.#bytes.length) {
      const byte = this.#bytes[this.#at] ?? 0;
      if (!isBetween(byte) && !this.#isByteOrderMark(byte)) {
        this.#start = this.#at;
        this.#isLine = byte !== OPEN_BRACE;
        this.#depth = 0;
        this.#inString = false;
        this.#last = COMMA;
        return true;
      }
      this.#at++;
    }
    return false;
  }

  #isByteOrderMark(byte: number): boolean {
    const index = this.#offset + this.#at;
    return index < BYTE_ORDER_MARK.length && byte === BYTE_ORDER_MARK[index];
  }

  #endOfLine(): number {
    const end = this.#bytes.indexOf(NEWLINE, this.#at);
    this.#at = end < 0 ? this.#bytes.length : end;
    return end;
  }

  /** Index after the object's last byte; -1 when it is not there yet. */
  #endOfObject(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let [depth, inString, last] = [this.#depth, this.#inString, this.#last];
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (inString) {
        if (byte === QUOTE) inString = false;
        else if (byte === BACKSLASH) {
          // The next byte may not be here yet.
          if (at + 1 >= bytes.length) break;
          at++;
        } else if (byte === NEWLINE) return this.#breakOff();
        continue;
      }
      if (byte <= 0x20) continue;
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        // An object in a place where JSON has none: the one before has lost its end.
        if (last !== COMMA && last !== COLON && last !== OPEN_BRACKET) return this.#breakOff();
        depth++;
      } else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at + 1;
      last = byte;
    }
    [this.#at, this.#depth, this.#inString, this.#last] = [at, depth, inString, last];
    return -1;
  }

  #breakOff(): number {
    this.#takeAsLine();
    return this.#endOfLine();
  }

  #takeAsLine(): void {
    this.#isLine = true;
    this.#at = this.#start;
  }

  *#emit(end: number): Generator<LogDocument> {
    const text = this.#bytes.toString("utf8", this.#start, end).trim();
    this.#start = -1;
    this.#at = end;
    if (text !== "") yield { text, end: this.#offset + end };
  }
}

/** White space, and what separates the elements of a list. */
function isBetween(byte: number): boolean {
  return (
    byte <= 0x20 ||
    byte === RECORD_SEPARATOR ||
    byte === COMMA ||
    byte === OPEN_BRACKET ||
    byte === CLOSE_BRACKET
  );
}
