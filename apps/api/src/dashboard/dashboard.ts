import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import express, { Router, type RequestHandler } from "express";
import { importedModules } from "./imported-modules.ts";

/** The pages' own files. They lie beside `src` and `dist`, so that both find them at the same place. */
const FILES = fileURLToPath(new URL("../../dashboard/", import.meta.url));

/** Wherever npm has put the library. */
const CHART_JS = join(
  dirname(createRequire(import.meta.url).resolve("chart.js")),
  "chart.umd.min.js",
);

/**
 * What the page may do: run and show what comes from here, and ask the api that it came from. Names of repositories,
 * tags and people are whatever somebody pushed; should one ever get into the page as markup, it stays dead.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** The page for people and its files. Who asks `/` for anything but HTML is left to the next handler. */
export function dashboard(): Router {
  const router = Router();
  router.get("/", page());
  router.get("/assets/chart.js", (_request, response) => {
    response.sendFile(CHART_JS, { cacheControl: false });
  });
  router.use("/assets/scripts", filesOf("dist"));
  router.use("/assets", filesOf("assets"));
  return router;
}

function page(): RequestHandler {
  let html: string | undefined;
  return (request, response, next) => {
    response.vary("Accept");
    // A program that takes anything gets JSON, a browser asks for HTML by name.
    if (request.accepts(["json", "html"]) !== "html") {
      next();
      return;
    }
    response.set({
      "Content-Security-Policy": CONTENT_SECURITY_POLICY,
      "Cross-Origin-Opener-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
    });
    response.type("html").send((html ??= readPage()));
  };
}

/**
 * The page, and in its head all modules of its script. Without them a browser would learn of each only when it has the
 * one that imports it: through a proxy that speaks HTTP/2, 200 ms away, its first question came after 1.2 s instead of
 * 0.85 s. Over HTTP/1.1 its six connections are what takes the time, either way.
 */
function readPage(): string {
  const links = importedModules(join(FILES, "dist"), "main.js").map(
    (name) => `    <link rel="modulepreload" href="/assets/scripts/${name}" />\n`,
  );
  const html = readFileSync(join(FILES, "index.html"), "utf8");
  return html.replace("  </head>", `${links.join("")}  </head>`);
}

/** Only compared by their ETag, never kept blindly: page and scripts must be of one version. */
function filesOf(folder: string): RequestHandler {
  return express.static(join(FILES, folder), {
    cacheControl: false,
    index: false,
    redirect: false,
  });
}
