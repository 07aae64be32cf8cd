/** A value of a column as Postgres' COPY reads it in its text format. */
export type CopyValue = string | number | boolean | null;

/** What has a meaning of its own in the format; the rest is taken as it is. */
const SPECIAL = /[\\\n\r\t]/;
const ALL_SPECIAL = /[\\\n\r\t]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** One line of COPY's text format. */
export function copyLine(values: readonly CopyValue[]): string {
  let line = "";
  for (let i = 0; i < values.length; i++) {
    if (i > 0) line += "\t";
    const value = values[i];
    if (value === null || value === undefined) line += "\\N";
    else if (typeof value === "string") line += escape(value);
    else line += value;
  }
  return `${line}\n`;
}

function escape(text: string): string {
  return SPECIAL.test(text) ? text.replace(ALL_SPECIAL, (special) => ESCAPES[special] ?? "") : text;
}
