/** A value that `npm test` gives to the tests; see scripts/test.ts. */
export function fromTestRun(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} is not set: start the tests with npm test, which starts the servers.`);
  }
  return value;
}

/** A program to start, with its first arguments. */
export function toolFromTestRun(name: string): { command: string; args: readonly string[] } {
  const [command, ...args] = JSON.parse(fromTestRun(name)) as string[];
  if (command === undefined) throw new Error(`${name} names no program.`);
  return { command, args };
}
