import type { Request, RequestHandler } from "express";
import type { z } from "zod";
import type { Route } from "./route.ts";

/** Shows a newcomer what can be asked, with links to follow. */
export function indexPage(routes: readonly Route[]): RequestHandler {
  return (request, response) => {
    response.json({
      name: "Tallyman",
      endpoints: routes.map(({ example, question, parameters }) => ({
        question,
        url: originOf(request) + example,
        parameters: descriptionsOf(parameters),
      })),
    });
  };
}

function descriptionsOf(parameters: z.ZodObject): Record<string, string> {
  const descriptions = Object.entries(parameters.shape).map(
    ([name, schema]) => [name, (schema as z.ZodType).description ?? ""] as const,
  );
  return Object.fromEntries(descriptions);
}

/** Links with a host, since few JSON viewers make links of paths. HTTP/1.0 may send none. */
function originOf({ protocol, host }: Request): string {
  return host === undefined ? "" : `${protocol}://${host}`;
}
