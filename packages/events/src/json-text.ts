/**
 * Reading JSON as text. A rejected event is kept exactly as it was written (big numbers, repeated keys and unpaired
 * surrogates included), which parsing and writing again would not do; and text does not overflow the stack however
 * deep it is nested.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACE = 0x7b;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function opens(code: number): boolean {
  return code === 0x7b || code === 0x5b;
}

function closes(code: number): boolean {
  return code === 0x7d || code === 0x5d;
}

/** Index just after the string literal that starts at `start`. */
function endOfString(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i + 1;
  }
  return json.length;
}

function skipSpace(json: string, start: number): number {
  let i = start;
  while (i < json.length && isSpace(json.charCodeAt(i))) i++;
  return i;
}

/** Index just after the JSON value that starts at `start`. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  let i = start;
  while (i < json.length) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(json, i);
      if (depth === 0) return i;
      continue;
    }
    if (opens(code)) depth++;
    else if (closes(code)) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (code === COMMA || isSpace(code))) return i;
    i++;
  }
  return i;
}

/** Valid JSON text without the white space between its tokens. */
export function compactJson(json: string): string {
  let compact = "";
  let from = 0;
  let i = 0;
  while (i < json.length) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) i = endOfString(json, i);
    else if (isSpace(code)) {
      compact += json.slice(from, i);
      from = i = skipSpace(json, i);
    } else i++;
  }
  return compact + json.slice(from);
}

/**
 * Texts of the elements of the array under a top-level key, each compact; of the last such key, as JSON.parse takes it.
 *
 * @param json valid JSON text of an object in which the key holds an array
 */
export function elementTexts(json: string, key: string): string[] {
  let array = -1;
  let i = skipSpace(json, json.indexOf("{") + 1);
  while (i < json.length && json.charCodeAt(i) === QUOTE) {
    const keyEnd = endOfString(json, i);
    const name: unknown = JSON.parse(json.slice(i, keyEnd));
    const value = skipSpace(json, json.indexOf(":", keyEnd) + 1);
    if (name === key) array = value;
    i = nextElement(json, endOfValue(json, value));
  }
  const texts: string[] = [];
  if (array < 0) return texts;
  i = skipSpace(json, array + 1);
  while (i < json.length && !closes(json.charCodeAt(i))) {
    const end = endOfValue(json, i);
    texts.push(compactJson(json.slice(i, end)));
    i = nextElement(json, end);
  }
  return texts;
}

/**
 * JSON text in which the values of some members are written anew; everything else stays as it was written. Every member
 * of a repeated key is found, and every level, however deep.
 *
 * @param json valid JSON text
 * @param replacementOf the replacement for the values under a key, if they are to be replaced. `parent` is the key under
 *   which the member's object stands (or the list that holds it), "" for none; `isNested` tells that the value is an
 *   object or a list
 */
export function replaceMembers(
  json: string,
  replacementOf: (
    parent: string,
    key: string,
    isNested: boolean,
  ) => ((value: string) => string) | undefined,
): string {
  let replaced = "";
  let from = 0;
  /** Of each open object and list: the key under which it stands, and whether it is an object. */
  const open: { readonly under: string; readonly isObject: boolean }[] = [];
  /** The key whose value comes next. */
  let key: string | undefined;
  let i = 0;
  while (i < json.length) {
    const code = json.charCodeAt(i);
    const around = open.at(-1);
    if (code === QUOTE && key === undefined && around?.isObject === true) {
      const keyEnd = endOfString(json, i);
      key = JSON.parse(json.slice(i, keyEnd)) as string;
      i = skipSpace(json, json.indexOf(":", keyEnd) + 1);
      const replace = replacementOf(around.under, key, opens(json.charCodeAt(i)));
      if (replace === undefined) continue;
      const end = endOfValue(json, i);
      replaced += json.slice(from, i) + replace(json.slice(i, end));
      from = i = end;
      continue;
    }
    if (opens(code)) {
      open.push({ under: key ?? around?.under ?? "", isObject: code === BRACE });
      key = undefined;
    } else if (closes(code)) open.pop();
    if (closes(code) || code === COMMA) key = undefined;
    i = code === QUOTE ? endOfString(json, i) : i + 1;
  }
  return replaced + json.slice(from);
}

/** Skips white space and one comma. */
function nextElement(json: string, start: number): number {
  const i = skipSpace(json, start);
  return json.charCodeAt(i) === COMMA ? skipSpace(json, i + 1) : i;
}
