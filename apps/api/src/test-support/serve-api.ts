import { createServer } from "node:http";
import { closeServer, listen } from "@tallyman/runtime";
import { createApp } from "../app.ts";
import { Database } from "../database.ts";

/** Parts of an answer that tests look at. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty when the answer is no JSON. */
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** The api on a port of its own. */
export interface ServedApi {
  readonly origin: string;
  readonly get: (path: string, init?: RequestInit) => Promise<Answer>;
  /** What was reported as nobody's fault but ours. */
  readonly errors: readonly unknown[];
  readonly close: () => Promise<void>;
}

export async function serveApi(options: {
  readonly databaseUrl: string;
  readonly today: string;
  readonly tokens?: readonly string[];
}): Promise<ServedApi> {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const database = new Database({ url: options.databaseUrl, onError });
  const { tokens = [], today } = options;
  const server = createServer(createApp({ database, tokens, onError, today: () => today }));
  const origin = `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
  return {
    origin,
    errors,
    get: async (path, init) => {
      const response = await fetch(new URL(path, origin), init);
      const text = await response.text();
      const isJson = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
      const body = (isJson && text !== "" ? JSON.parse(text) : {}) as Answer["body"];
      return { status: response.status, headers: response.headers, body, text };
    },
    close: async () => {
      await closeServer(server);
      await database.close();
    },
  };
}
