/**
 * Writes docs/cli-reference.md: what every command of `tallyman` says with --help. test/docs checks that it is current.
 */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { createProgram, runCli } from "../apps/cli/src/run-cli.ts";
import type { Surroundings } from "../apps/cli/src/surroundings.ts";

export const CLI_REFERENCE = new URL("../docs/cli-reference.md", import.meta.url);

/** The whole text of docs/cli-reference.md. */
export async function renderCliReference(): Promise<string> {
  const sections: string[] = [];
  for (const path of commandPaths()) {
    const { code, text } = await helpOf(path);
    if (code !== 0) throw new Error(`tallyman ${path.join(" ")} --help exits with ${code}`);
    sections.push(
      `## ${["tallyman", ...path].join(" ")}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`,
    );
  }
  return `# Every command\n\nWhat each one says with \`--help\`; \`npm run docs:cli\` writes this page. What they are for: [cli.md](cli.md).\n\n${sections.join("\n")}`;
}

/** The commander of the command line; there is another version at the root. */
type Program = ReturnType<typeof createProgram>;

/** The program itself and every command, groups before what is in them. */
export function commandPaths(): string[][] {
  const program = createProgram(
    surroundings(() => undefined),
    () => undefined,
  );
  const walk = (command: Program, path: string[]): string[][] => [
    path,
    ...command
      .createHelp()
      .visibleCommands(command)
      .filter((child) => child.name() !== "help")
      .flatMap((child) => walk(child, [...path, child.name()])),
  ];
  return walk(program, []);
}

async function helpOf(path: readonly string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await runCli(
    [...path, "--help"],
    surroundings((part) => (text += part)),
  );
  return { code, text };
}

function surroundings(write: (text: string) => unknown): Surroundings {
  return { environment: {}, stdout: { write }, stderr: { write } };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(CLI_REFERENCE, await renderCliReference());
}
