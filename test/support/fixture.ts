import { readdirSync, readFileSync } from "node:fs";

const DIRECTORY = new URL("../fixtures/", import.meta.url);

/** A request body from test/fixtures, by the name of its file without `.json`. */
export function fixture(name: string): unknown {
  return JSON.parse(fixtureText(name));
}

/** All of them as they are written. */
export function fixtureTexts(): string[] {
  return readdirSync(DIRECTORY).map((name) => fixtureText(name.replace(/\.json$/, "")));
}

/** The same as it is written. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`${name}.json`, DIRECTORY), "utf8");
}
