import { sendProblem, type Problem } from "@tallyman/runtime";
import type { ErrorRequestHandler } from "express";
import { ParameterError, TooSlowError, UnavailableError } from "./errors.ts";

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

const UNEXPECTED: Answer = {
  problem: { status: 500, title: "Internal Server Error", detail: "See the log of the api." },
};

/** Turns errors into `application/problem+json`. @param onError hears of those that are not the asker's fault */
export function handleError(onError: (error: unknown) => void): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (!(error instanceof ParameterError)) onError(error);
    if (response.headersSent) {
      next(error);
      return;
    }
    const { problem, headers } = answerTo(error);
    sendProblem(response, problem, headers);
  };
}

function answerTo(error: unknown): Answer {
  if (error instanceof ParameterError) return badRequest(error);
  if (error instanceof UnavailableError) return UNAVAILABLE;
  if (error instanceof TooSlowError) return TOO_SLOW;
  return UNEXPECTED;
}

/** One answer to all faults; `errors` tells programs what `detail` tells people. */
function badRequest({ message, faults }: ParameterError): Answer {
  const problem = { status: 400, title: "Bad Request", detail: message, errors: faults };
  return { problem };
}
