import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { canInstallPackages, installPackages } from "./apt-packages.ts";
import { dockerTool, dockerWorks } from "./docker-tool.ts";
import { TOOL_SOURCES, type ToolName } from "./tool-sources.ts";

/** A program to start. Its own arguments come after these. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where programs lie that are not always on the PATH. */
const WELL_KNOWN_DIRECTORIES = [
  "/usr/local/bin",
  "/usr/bin",
  "/usr/local/sbin",
  "/usr/sbin",
  "/opt/homebrew/bin",
  "/usr/lib/postgresql/*/bin",
];

/**
 * Finds a program on the PATH or in a well-known directory, under its own name or that of one that does the same. Where
 * a directory has a `*`, the highest number comes first.
 */
export function findTool(
  name: ToolName | "postgres" | "initdb",
  path = process.env["PATH"] ?? "",
  wellKnownDirectories: readonly string[] = WELL_KNOWN_DIRECTORIES,
): Tool | undefined {
  const programs = name === "postgres" || name === "initdb" ? [name] : TOOL_SOURCES[name].programs;
  const directories = path.split(delimiter).filter((directory) => directory !== "");
  directories.push(...wellKnownDirectories.flatMap(expand));
  for (const program of programs) {
    const command = directories.map((directory) => join(directory, program)).find(isProgram);
    if (command !== undefined) return { command, args: [] };
  }
  return undefined;
}

/**
 * Finds all these tools, and installs what is missing: with apt-get as root on Debian or Ubuntu, otherwise as Docker
 * images. Rejects with one line that names what is still missing and how to get it.
 */
export async function requireTools<Name extends ToolName>(
  names: readonly Name[],
  report: (line: string) => void,
): Promise<Record<Name, Tool>> {
  const tools: Partial<Record<Name, Tool>> = {};
  const missing = (): Name[] => names.filter((name) => !(tools[name] ??= findTool(name)));
  const missingPackages = (): string[] => missing().map((name) => TOOL_SOURCES[name].aptPackage);

  let complaint: string | undefined;
  if (missing().length > 0 && canInstallPackages()) {
    report(`installing with apt-get: ${missingPackages().join(" ")}`);
    complaint = await installPackages(missingPackages());
  }
  if (missing().length > 0 && (await dockerWorks())) {
    for (const name of missing()) {
      const { docker } = TOOL_SOURCES[name];
      if (docker === undefined) continue;
      report(`${name} is to run in Docker, from image ${docker.image}`);
      const tool = await dockerTool(docker);
      if (typeof tool === "string") complaint = tool;
      else tools[name] = tool;
    }
  }
  if (hasAll(tools, names)) return tools;
  throw new Error(
    `Not found: ${missing().join(", ")}. Put it on the PATH ` +
      `(Debian, Ubuntu: apt-get install ${missingPackages().join(" ")}) or start Docker, then try again.` +
      (complaint === undefined ? "" : ` Installing failed: ${complaint}`),
  );
}

function hasAll<Name extends ToolName>(
  tools: Partial<Record<Name, Tool>>,
  names: readonly Name[],
): tools is Record<Name, Tool> {
  return names.every((name) => tools[name] !== undefined);
}

/** Replaces the `*` in a path by what is there, highest number first: `15` before `9.6`. */
function expand(directory: string): string[] {
  const [before, after] = directory.split("*");
  if (before === undefined || after === undefined) return [directory];
  try {
    const versions = readdirSync(before).toSorted((a, b) => Number(b) - Number(a));
    return versions.map((version) => `${before}${version}${after}`);
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
