/** `npm run chaos:report`: writes docs/reliability.md from the last result of each fault. */
import { writeFile } from "node:fs/promises";
import { format } from "oxfmt";
import { toMarkdown } from "./chaos/report.ts";
import { readResults } from "./chaos/results.ts";
import { SCENARIOS } from "./chaos/scenarios/index.ts";

const PAGE = new URL("../docs/reliability.md", import.meta.url);

const results = await readResults(SCENARIOS.map(({ name }) => name));
if (results.length === 0) throw new Error("There are no results. Run: npm run chaos");
const { code } = await format("reliability.md", toMarkdown(results), { printWidth: 120 });
await writeFile(PAGE, code);
const missing = SCENARIOS.length - results.length;
process.stdout.write(
  `docs/reliability.md: ${results.length} faults${missing > 0 ? `, ${missing} were never run` : ""}\n`,
);
