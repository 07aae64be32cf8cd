/** Options of mocha whose value, in the next argument, may be a TypeScript file that is not a test. */
const OPTIONS_WITH_FILE = new Set([
  "--config",
  "--exclude",
  "--file",
  "--ignore",
  "--reporter",
  "-R",
  "--require",
  "-r",
]);

/** Whether the arguments name test files, or patterns of them, so that the usual patterns have no place beside. */
export function namesTestFiles(args: readonly string[]): boolean {
  return args.some((argument, index) => {
    const previous = args[index - 1] ?? "";
    return (
      argument.endsWith(".ts") && !argument.startsWith("-") && !OPTIONS_WITH_FILE.has(previous)
    );
  });
}
