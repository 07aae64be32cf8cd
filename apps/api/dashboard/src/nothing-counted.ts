import { element, type Child } from "./element.ts";
import { link } from "./navigation.ts";
import { empty } from "./panel.ts";
import type { Place } from "./place.ts";

/** Stands where the period and registry have nothing, and leads to where there may be something. */
export function nothingCounted(place: Place): Child {
  const wider = place.with({ registry: undefined, period: "12m", from: undefined, to: undefined });
  return empty(
    "Nothing was counted in this period. ",
    place.href === wider.href ? null : link(wider, {}, "Look at all registries over 12 months"),
  );
}

const REGISTRY_CONFIG = `notifications:
  endpoints:
    - name: tallyman
      url: http://127.0.0.1:8080/notifications
      headers:
        Authorization: [Bearer YOUR_SECRET]
      timeout: 1s
      threshold: 5
      backoff: 1s`;

const CURL = `curl -sS http://127.0.0.1:8080/notifications \\
  -H 'Authorization: Bearer YOUR_SECRET' \\
  -H 'Content-Type: application/json' \\
  -d '{"events":[{"id":"hello-1","action":"push",
       "target":{"repository":"demo/hello","tag":"1.0",
       "mediaType":"application/vnd.oci.image.manifest.v1+json"},
       "actor":{"name":"you"}}]}'`;

/** A fresh install: how the first event gets here. */
export function welcome(): HTMLElement {
  return element(
    "section",
    { class: "panel welcome", "aria-labelledby": "welcome-heading" },
    element("h2", { id: "welcome-heading" }, "Waiting for the first event"),
    element(
      "p",
      {},
      "Tallyman runs, and no registry has sent anything yet. This page looks again every few seconds and fills by itself.",
    ),
    element("h3", {}, "Try it: send one event"),
    element("pre", { tabindex: 0, "aria-label": "curl command" }, CURL),
    element(
      "p",
      { class: "panel-note" },
      "YOUR_SECRET is one of NOTIFICATION_SECRETS; npm start prints it together with a line that works as pasted.",
    ),
    element("h3", {}, "Then tell your registry"),
    element("pre", { tabindex: 0, "aria-label": "Registry configuration" }, REGISTRY_CONFIG),
    element(
      "p",
      { class: "panel-note" },
      "This is the configuration of distribution (registry:2 and registry:3) and of GitLab’s registry. Harbor and others have the same under “notifications”.",
    ),
  );
}
