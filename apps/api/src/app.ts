import { sendProblem } from "@tallyman/runtime";
import express, { type Express, type RequestHandler } from "express";
import { authenticate } from "./authenticate.ts";
import { dashboard } from "./dashboard/dashboard.ts";
import { docsPage } from "./docs-page.ts";
import { guardHost } from "./guard-host.ts";
import { handleError } from "./handle-error.ts";
import { indexPage } from "./index-page.ts";
import { observe } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import type { Route, Source } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { sendAnswer, typeOf } from "./send-answer.ts";

export interface AppOptions extends Source {
  /** Bearer tokens, one of which a question must carry; none of them opens the api to everybody on this machine. */
  readonly tokens: readonly string[];
  /** Hears of errors that are not the asker's fault. */
  readonly onError: (error: unknown) => void;
}

/** Where the list of questions is. */
const INDEX = ["/", "/api/v1"];
const DOCS = "/api/docs";
const DOCUMENT = "/api/v1/openapi.json";

/** Of the interface, not of the program. */
const VERSION = "1.0.0";

/** The api: one path per question, answered from the database, and a clear answer to everything else. */
export function createApp({ tokens, onError, database, today }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(headers);
  if (tokens.length === 0) app.use(guardHost);
  app.use(dashboard());
  app.get(INDEX, indexPage(ROUTES));
  // What can be asked is no secret, and a browser that opens the page sends no token.
  app.use(DOCS, docsPage());
  app.get(DOCUMENT, sendDocument(openApiDocument(ROUTES, VERSION)));
  app.use("/api", authenticate(tokens));
  for (const route of ROUTES) {
    app.get(expressPath(route), observe(route.path), answerWith(route, { database, today }));
  }
  app.all([...INDEX, DOCS, DOCUMENT, ...ROUTES.map(expressPath)], onlyGet);
  app.use(notFound);
  app.use(handleError(onError));
  return app;
}

function answerWith(route: Route, source: Source): RequestHandler {
  return async (request, response) => {
    response.vary("Accept");
    const type = typeOf(request, route);
    const answer = await route.answer(request.query, request.params, source);
    sendAnswer(request, response, { type, table: route.table, answer });
  };
}

function sendDocument(document: object): RequestHandler {
  return (_request, response) => {
    response.json(document);
  };
}

function expressPath({ path }: Route): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
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
    detail: "GET /api/v1 lists what can be asked. A / within a name is written %2F.",
  });
};
