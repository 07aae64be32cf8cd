import { startApp } from "../app-process.ts";
import { questionsFor } from "../api-questions.ts";
import { withClient } from "../databases.ts";
import { percentile } from "../statistics.ts";

/** Each question is asked so often after two askings that count in no figure. */
export const REPETITIONS = 20;
export const WARM_UP = 2;

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
  const { questions, rows, tags } = await withClient(url, questionsFor);
  const api = await startApp("api", { DATABASE_URL: url }, logDirectory);
  try {
    const answers: AnswerTime[] = [];
    for (const { question, path } of questions) {
      const times: number[] = [];
      for (let i = -WARM_UP; i < REPETITIONS; i++) {
        const begin = performance.now();
        const response = await fetch(`http://127.0.0.1:${api.port}${path}`);
        const text = await response.text();
        if (response.status !== 200)
          throw new Error(`${path} answered ${response.status}: ${text}`);
        if (i >= 0) times.push(performance.now() - begin);
      }
      times.sort((a, b) => a - b);
      const time = {
        question,
        path,
        p50Ms: percentile(times, 0.5),
        p95Ms: percentile(times, 0.95),
      };
      answers.push(time);
      report(`${question}: p50 ${time.p50Ms.toFixed(1)} ms, p95 ${time.p95Ms.toFixed(1)} ms`);
    }
    return { rows, tags, answers };
  } finally {
    await api.stop();
  }
}
