import { factsOf } from "../api-facts.ts";
import { questionsOf, type ApiQuestion } from "../api-questions.ts";
import { startApp } from "../app-process.ts";
import { withClient } from "../databases.ts";
import { percentile } from "../statistics.ts";

/** Each question is asked so often after two askings that count in no figure. */
export const REPETITIONS = 15;
export const WARM_UP = 2;

/** A question that takes longer than this is asked less often, so that one slow answer does not take all the time. */
const SLOW_MS = 1_000;
const SLOW_REPETITIONS = 3;

export interface AnswerTime {
  readonly question: string;
  /** Path and query as asked. */
  readonly path: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface AnswersResult {
  readonly rows: number;
  readonly tags: number;
  readonly answers: readonly AnswerTime[];
}

/** How long every question of the api takes on a database, over HTTP, one at a time. */
export async function timeAnswers(
  url: string,
  logDirectory: string,
  report: (line: string) => void,
): Promise<AnswersResult> {
  const facts = await withClient(url, factsOf);
  const api = await startApp("api", { DATABASE_URL: url }, logDirectory);
  try {
    const answers: AnswerTime[] = [];
    for (const question of questionsOf(facts)) {
      const time = await timeAnswer(`http://127.0.0.1:${api.port}`, question);
      answers.push(time);
      const { p50Ms, p95Ms } = time;
      report(`${question.question}: p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`);
    }
    return { rows: facts.rows, tags: facts.tags, answers };
  } finally {
    await api.stop();
  }
}

async function timeAnswer(origin: string, asked: ApiQuestion): Promise<AnswerTime> {
  const path = await laterPage(origin, asked);
  const times: number[] = [];
  let repetitions = REPETITIONS;
  for (let i = -WARM_UP; i < repetitions; i++) {
    const begin = performance.now();
    await get(`${origin}${path}`, asked.csv === true);
    const took = performance.now() - begin;
    if (i >= 0) times.push(took);
    if (took > SLOW_MS) repetitions = SLOW_REPETITIONS;
  }
  times.sort((a, b) => a - b);
  const [p50Ms, p95Ms] = [percentile(times, 0.5), percentile(times, 0.95)];
  return { question: asked.question, path, p50Ms, p95Ms };
}

/** The path of the page that follows some full ones. @throws Error when the list is shorter */
async function laterPage(origin: string, { path, after = 0 }: ApiQuestion): Promise<string> {
  const url = new URL(path, origin);
  const limit = url.searchParams.get("limit");
  if (after > 0) url.searchParams.set("limit", "1000");
  for (let page = 0; page < after; page++) {
    const { next_cursor: cursor } = JSON.parse(await get(url.href)) as { next_cursor: unknown };
    if (typeof cursor !== "string") throw new Error(`${path} has only ${page + 1} pages`);
    url.searchParams.set("cursor", cursor);
  }
  if (limit !== null) url.searchParams.set("limit", limit);
  else url.searchParams.delete("limit");
  return `${url.pathname}${url.search}`;
}

async function get(url: string, csv = false): Promise<string> {
  const response = await fetch(url, { headers: { Accept: csv ? "text/csv" : "application/json" } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}
