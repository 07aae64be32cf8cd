import type { Request, RequestHandler } from "express";
import type { Route } from "./route.ts";

/** Shows a newcomer what can be asked, with links to follow. */
export function indexPage(routes: readonly Route[]): RequestHandler {
  return (request, response) => {
    response.json({
      name: "Tallyman",
      endpoints: routes.map(({ path, example, question, parameters }) => ({
        question,
        url: `${originOf(request)}${path}${example}`,
        parameters,
      })),
    });
  };
}

/** Links with a host, since few JSON viewers make links of paths. HTTP/1.0 may send none. */
function originOf({ protocol, host }: Request): string {
  return host === undefined ? "" : `${protocol}://${host}`;
}
