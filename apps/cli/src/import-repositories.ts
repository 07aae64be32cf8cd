import { importRepositories } from "@tallyman/database";
import { readConfig } from "@tallyman/runtime";
import { InvalidArgumentError, type Command } from "commander";
import { z } from "zod";
import { addCommonOptions } from "./common-options.ts";
import { noteCatalogState, readCatalogState } from "./import-repositories/catalog-state.ts";
import { RegistryClient } from "./import-repositories/registry-client.ts";
import { hasTags, walkCatalog } from "./import-repositories/walk-catalog.ts";
import { ProgressBar } from "./progress-bar.ts";
import { parseCount, parseLabel } from "./selection.ts";
import { EXIT, print, UsageError, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** Options that would show in the list of processes are settings instead. */
const LOGIN = z.object({
  REGISTRY_USERNAME: z.string().optional(),
  REGISTRY_PASSWORD: z.string().optional(),
});

const MOST_AT_ONCE = 32;
const MOST_PER_SECOND = 1_000;

interface Options extends CommonOptions {
  readonly registry: string;
  readonly url: URL;
  readonly tokenServer?: URL;
  readonly tags?: boolean;
  readonly state?: string;
  readonly concurrency: number;
  readonly rate: number;
  readonly dryRun?: boolean;
}

/** Adds `tallyman import-repositories`. */
export function addImportRepositories(
  program: Command,
  surroundings: Surroundings,
  report: (exitCode: number) => void,
): void {
  addCommonOptions(program.command("import-repositories"))
    .description(
      "Ask a registry for its repositories and note those that are not known yet, so that their next push is a push and not a creation. Nothing that is known is changed. The login is REGISTRY_USERNAME and REGISTRY_PASSWORD (or REGISTRY_PASSWORD_FILE).",
    )
    .requiredOption("--registry <label>", "the registry's label", parseLabel)
    .requiredOption("--url <url>", "the registry's address", parseUrl)
    .option("--token-server <url>", "the host to log in at, when it is another one", parseUrl)
    .option("--tags", "ask for each one's tags too, and leave out those that have none")
    .option("--state <file>", "keep here how far it is, and go on there when given again")
    .option("--concurrency <n>", "requests at once", parseCount("--concurrency", MOST_AT_ONCE), 4)
    .option("--rate <n>", "requests a second at most", parseCount("--rate", MOST_PER_SECOND), 20)
    .option("--dry-run", "tell how many there are and write nothing")
    .addHelpText(
      "after",
      "\nExamples:\n  $ tallyman import-repositories --registry harbour --url https://registry.example --dry-run\n  $ REGISTRY_USERNAME=admin REGISTRY_PASSWORD_FILE=/run/secrets/admin tallyman import-repositories --registry harbour --url https://registry.example --tags --state catalog.json",
    )
    .action(async (options) => report(await importRepositoriesCommand(surroundings, options)));
}

async function importRepositoriesCommand(
  surroundings: Surroundings,
  options: Options,
): Promise<number> {
  const { json = false, registry, url, tags = false, state, dryRun = false } = options;
  if (options.concurrency === 0 || options.rate === 0) {
    throw new UsageError("--concurrency and --rate must be at least 1.");
  }
  const client = new RegistryClient({
    url,
    credentials: credentialsOf(surroundings, url),
    tokenServer: options.tokenServer,
    rate: options.rate,
    onTrouble: (text) => surroundings.stderr.write(`${text}\n`),
  });
  const identity = { version: 1 as const, registry, url: url.origin };
  const from = state === undefined ? undefined : await readCatalogState(state, identity);
  const total = { listed: 0, withoutTags: 0, skipped: 0, imported: 0, known: 0 };
  const bar = new ProgressBar(surroundings);
  try {
    await withDatabase(surroundings, options, async ({ client: database }) => {
      for await (const { paths, skipped, next } of walkCatalog(client, from)) {
        total.listed += paths.length + skipped;
        total.skipped += skipped;
        const wanted = tags ? await withTags(client, paths, options.concurrency) : paths;
        total.withoutTags += paths.length - wanted.length;
        const imported = await importRepositories(database, registry, wanted, { dryRun });
        total.imported += imported;
        total.known += new Set(wanted).size - imported;
        bar.update(total.listed, `${total.listed} repositories`);
        if (state !== undefined && !dryRun) {
          await noteCatalogState(state, next === null ? null : { ...identity, next });
        }
      }
    });
  } finally {
    bar.end();
  }
  print(surroundings, json, { dryRun, ...total }, [
    `${total.listed} repositories listed: ${total.imported} ${dryRun ? "would be imported" : "imported"}, ${total.known} known before`,
    ...(tags ? [`${total.withoutTags} without a tag left out`] : []),
    ...(total.skipped > 0 ? [`${total.skipped} names left out that no repository can have`] : []),
  ]);
  return EXIT.ok;
}

function credentialsOf(
  { environment, stderr }: Surroundings,
  url: URL,
): { username: string; password: string } | undefined {
  const { REGISTRY_USERNAME: username, REGISTRY_PASSWORD: password } = readConfig(
    LOGIN,
    environment,
  );
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw new UsageError("Set both REGISTRY_USERNAME and REGISTRY_PASSWORD, or none.");
  }
  if (url.protocol === "http:" && !LOOPBACK.has(url.hostname)) {
    stderr.write(`${url.origin} is not encrypted: the password can be read on its way.\n`);
  }
  return { username, password };
}

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Those of the repositories that have a tag, in their order. */
async function withTags(
  client: RegistryClient,
  paths: readonly string[],
  concurrency: number,
): Promise<readonly string[]> {
  const tagged = new Set<string>();
  const waiting = [...paths];
  const ask = async (): Promise<void> => {
    try {
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        if (await hasTags(client, path)) tagged.add(path);
      }
    } catch (error) {
      // The others shall not go on for nothing.
      waiting.length = 0;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, ask));
  return paths.filter((path) => tagged.has(path));
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === "") {
    throw new InvalidArgumentError("Give a URL such as https://registry.example.");
  }
  if (url.username !== "" || url.password !== "") {
    throw new InvalidArgumentError(
      "A login in the URL shows in the list of processes. Set REGISTRY_USERNAME and REGISTRY_PASSWORD.",
    );
  }
  return url;
}
