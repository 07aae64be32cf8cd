import { readFileSync } from "node:fs";

const DIRECTORY = new URL("../fixtures/", import.meta.url);

/** A request body from test/fixtures, by the name of its file without `.json`. */
export function fixture(name: string): unknown {
  return JSON.parse(fixtureText(name));
}

/** The same as it is written. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`${name}.json`, DIRECTORY), "utf8");
}
