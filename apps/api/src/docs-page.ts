import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Router, type RequestHandler } from "express";

/** Swagger UI as its package brings it: nothing is fetched from elsewhere. */
const ASSETS = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

const FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

/** Scripts from here only and none within pages; Swagger UI writes style attributes and small images of its own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tallyman API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
    <link rel="icon" href="/api/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="page"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

/** The token stays in the page: nothing is kept when it is closed. */
const START = `window.SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
});
`;

/** The page on which the questions can be read and tried. Neither it nor the document holds data: both ask for no token. */
export function docsPage(): Router {
  const router = Router();
  router.use((_request, response, next) => {
    response.set({ "Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer" });
    next();
  });
  router.get("/", sendText("html", PAGE));
  router.get("/start.js", sendText("text/javascript", START));
  for (const file of FILES) router.get(`/${file}`, sendFile(file));
  return router;
}

function sendText(type: string, text: string): RequestHandler {
  return (_request, response) => {
    response.type(type).send(text);
  };
}

/** Read once, when it is first asked for. */
function sendFile(file: string): RequestHandler {
  let content: Buffer | undefined;
  return (_request, response) => {
    content ??= readFileSync(join(ASSETS, file));
    response.type(file).send(content);
  };
}
