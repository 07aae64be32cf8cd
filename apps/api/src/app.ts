import { sendProblem } from "@tallyman/runtime";
import express, { type Express, type RequestHandler } from "express";
import { activity } from "./activity.ts";
import { authenticate } from "./authenticate.ts";
import { distinctUsers } from "./distinct-users.ts";
import { handleError } from "./handle-error.ts";
import { indexPage } from "./index-page.ts";
import { ledger } from "./ledger.ts";
import { observe } from "./metrics.ts";
import { registries } from "./registries.ts";
import { repositories } from "./repositories.ts";
import type { Route, Source } from "./route.ts";
import { tags } from "./tags.ts";

const ROUTES: readonly Route[] = [registries, ledger, repositories, tags, distinctUsers, activity];

export interface AppOptions extends Source {
  /** Bearer tokens, one of which a question must carry; none of them opens the api to everybody. */
  readonly tokens: readonly string[];
  /** Hears of errors that are not the asker's fault. */
  readonly onError: (error: unknown) => void;
}

/** The api: one path per question, answered from the database, and a clear answer to everything else. */
export function createApp({ tokens, onError, database, today }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(headers);
  app.get("/", indexPage(ROUTES));
  app.use("/api", authenticate(tokens));
  for (const { path, answer } of ROUTES) {
    app.get(path, observe(path), async (request, response) => {
      response.json(await answer(request.query, { database, today }));
    });
  }
  app.all(["/", ...ROUTES.map(({ path }) => path)], onlyGet);
  app.use(notFound);
  app.use(handleError(onError));
  return app;
}

/** Answers may be kept by the asker alone, and only to be compared by their ETag. */
const headers: RequestHandler = (_request, response, next) => {
  response.set({ "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff" });
  next();
};

const onlyGet: RequestHandler = (_request, response) => {
  sendProblem(
    response,
    { status: 405, title: "Method Not Allowed", detail: "The api is read with GET." },
    { Allow: "GET, HEAD" },
  );
};

const notFound: RequestHandler = (_request, response) => {
  sendProblem(response, {
    status: 404,
    title: "Not Found",
    detail: "GET / lists what can be asked.",
  });
};
