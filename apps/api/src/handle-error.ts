import { sendProblem, type Problem } from "@tallyman/runtime";
import type { ErrorRequestHandler } from "express";
import {
  NotAcceptableError,
  NotFoundError,
  ParameterError,
  TooSlowError,
  UnavailableError,
} from "./errors.ts";

interface Answer {
  readonly problem: Problem;
  readonly headers?: Readonly<Record<string, string>>;
}

const UNAVAILABLE: Answer = {
  problem: {
    status: 503,
    title: "Service Unavailable",
    detail: "The database does not answer. Ask again later.",
  },
  headers: { "Retry-After": "5" },
};

const TOO_SLOW: Answer = {
  problem: {
    status: 503,
    title: "Service Unavailable",
    detail: "The answer took too long. Ask for one registry, or for fewer days.",
  },
};

const UNREADABLE_PATH: Answer = {
  problem: {
    status: 400,
    title: "Bad Request",
    detail: "The path holds a % that begins no percent-encoding of UTF-8; write % itself as %25.",
  },
};

const UNEXPECTED: Answer = {
  problem: { status: 500, title: "Internal Server Error", detail: "See the log of the api." },
};

/** Turns errors into `application/problem+json`. @param onError hears of those that are not the asker's fault */
export function handleError(onError: (error: unknown) => void): ErrorRequestHandler {
  return (error, _request, response, next) => {
    const { problem, headers } = answerTo(error);
    if (problem.status >= 500) onError(error);
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, problem, headers);
  };
}

function answerTo(error: unknown): Answer {
  if (error instanceof ParameterError) return badRequest(error);
  if (error instanceof NotFoundError) {
    return { problem: { status: 404, title: "Not Found", detail: error.message } };
  }
  if (error instanceof NotAcceptableError) {
    return { problem: { status: 406, title: "Not Acceptable", detail: error.message } };
  }
  if (error instanceof UnavailableError) return UNAVAILABLE;
  if (error instanceof TooSlowError) return TOO_SLOW;
  // Express cannot decode a part of the path.
  if (error instanceof URIError) return UNREADABLE_PATH;
  return UNEXPECTED;
}

/** One answer to all faults; `errors` tells programs what `detail` tells people. */
function badRequest({ message, faults }: ParameterError): Answer {
  const problem = { status: 400, title: "Bad Request", detail: message, errors: faults };
  return { problem };
}
