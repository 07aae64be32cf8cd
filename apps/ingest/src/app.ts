import { sendProblem } from "@tallyman/runtime";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";

/** Ours, GitLab's (so that its registry needs only another host), and a short one. */
const PATHS = ["/notifications", "/api/v4/container_registry_event/events", "/events"];

export interface AppOptions {
  readonly postNotification: RequestHandler;
  /** Hears of errors that nobody expected. */
  readonly onError: (error: unknown) => void;
}

/** The public face of ingest: one handler at three paths, and a clear answer to everything else. */
export function createApp({ postNotification, onError }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);
  app.post(PATHS, postNotification);
  app.all(PATHS, (_request, response) => {
    sendProblem(
      response,
      {
        status: 405,
        title: "Method Not Allowed",
        detail: "Notifications are sent with POST.",
      },
      { Allow: "POST" },
    );
  });
  app.use((_request, response) => {
    sendProblem(response, {
      status: 404,
      title: "Not Found",
      detail: `Notifications go to ${PATHS.join(", ")}.`,
    });
  });
  const handleError: ErrorRequestHandler = (error, _request, response, next) => {
    // A malformed path is the sender's fault and says so itself; anything else is ours.
    const status = (error as { status?: unknown }).status === 400 ? 400 : 500;
    if (status === 500) onError(error);
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(
      response,
      status === 400
        ? { status, title: "Bad Request", detail: "The request's path cannot be read." }
        : { status, title: "Internal Server Error", detail: "See the log of the ingest." },
    );
  };
  app.use(handleError);
  return app;
}
