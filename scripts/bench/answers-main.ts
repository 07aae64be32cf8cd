/**
 * Times every question of the api on a database that is filled already:
 * `node --import tsx --conditions=source scripts/bench/answers-main.ts postgres://…`. Build first.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeAnswers } from "./stages/answers.ts";

const [url] = process.argv.slice(2);
if (url === undefined) {
  process.stderr.write("Give the URL of a filled database.\n");
  process.exit(2);
}
const logDirectory = await mkdtemp(join(tmpdir(), "tallyman-answers-"));
try {
  const { rows, tags, answers } = await timeAnswers(url, logDirectory, (line) =>
    process.stdout.write(`${line}\n`),
  );
  const slowest = Math.max(...answers.map(({ p95Ms }) => p95Ms));
  process.stdout.write(`${rows} rows, ${tags} tags; slowest p95 ${slowest.toFixed(1)} ms\n`);
} finally {
  await rm(logDirectory, { recursive: true, force: true });
}
