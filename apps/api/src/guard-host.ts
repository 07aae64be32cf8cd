import { sendProblem } from "@tallyman/runtime";
import type { RequestHandler } from "express";

/** Names under which a program on this machine asks it. */
const LOOPBACK_HOST = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?$/i;

/**
 * Lets only requests through that were addressed to this machine by its own names. Without tokens the address that the
 * api listens on is its only protection, and a web page could get around that with a name of its own that it points at
 * 127.0.0.1 (DNS rebinding): the browser still sends that name as Host.
 */
export const guardHost: RequestHandler = (request, response, next) => {
  const { host } = request.headers;
  // HTTP/1.0 may send none; browsers always do.
  if (host === undefined || LOOPBACK_HOST.test(host)) {
    next();
    return;
  }
  sendProblem(response, {
    status: 403,
    title: "Forbidden",
    detail:
      "Without API_TOKENS the api answers to localhost and 127.0.0.1 only. Ask it by one of these names, or set API_TOKENS.",
  });
};
