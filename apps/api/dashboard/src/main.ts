import { ask, AskError } from "./ask.ts";
import { element } from "./element.ts";
import { followLinks, here } from "./navigation.ts";
import { welcome } from "./nothing-counted.ts";
import { whenUnauthorized } from "./panel.ts";
import type { Place, View as ViewName } from "./place.ts";
import { Shell } from "./shell.ts";
import { tokenForm } from "./token-form.ts";
import { actor } from "./views/actor.ts";
import { actors } from "./views/actors.ts";
import { events } from "./views/events.ts";
import { overview } from "./views/overview.ts";
import { rejected } from "./views/rejected.ts";
import { repositories } from "./views/repositories.ts";
import { repository } from "./views/repository.ts";
import { tags } from "./views/tags.ts";
import type { View } from "./views/view.ts";

const VIEWS: Readonly<Record<ViewName, () => View>> = {
  overview,
  events,
  repositories,
  repository,
  tags,
  actors,
  actor,
  rejected,
};

/** Milliseconds between two looks at whether a fresh install has counted something. */
const FIRST_EVENT_INTERVAL = 3_000;

/** Milliseconds after which an overview that is left open is looked up anew. */
const REFRESH_INTERVAL = 60_000;

const shell = new Shell();
let shown: { readonly name: ViewName; readonly view: View } | undefined;

/** Shows a place: its view is kept while only what was chosen in it changes. */
function show(place: Place): void {
  const before = shown;
  if (before?.name !== place.view) shown = { name: place.view, view: VIEWS[place.view]() };
  if (shown === undefined) return;
  shell.show(shown.view, place, before !== undefined && before.name !== place.view);
  shown.view.update(place);
}

/** Finds out what there is to show before anything is. */
async function start(): Promise<void> {
  try {
    const { registries } = await ask<{ registries: { registry: string }[] }>("registries");
    if (registries.length === 0) {
      // Shown once: somebody may be copying from it.
      if (document.querySelector(".welcome") === null) shell.showInstead("Welcome", welcome());
      setTimeout(() => void start(), FIRST_EVENT_INTERVAL);
      return;
    }
    shell.offer(
      registries.map(({ registry }) => registry),
      here(),
    );
    followLinks(show);
  } catch (error) {
    if (error instanceof AskError && error.status === 401) askForToken();
    else shell.showInstead("Tallyman cannot answer", failure(error));
  }
}

function askForToken(): void {
  shown = undefined;
  shell.showInstead(
    "Token needed",
    tokenForm(() => void start()),
  );
  document.querySelector<HTMLInputElement>("#token")?.focus();
}

function failure(error: unknown): HTMLElement {
  const again = element("button", { type: "button", class: "button" }, "Try again");
  again.addEventListener("click", () => void start());
  const message = error instanceof Error ? error.message : String(error);
  return element(
    "div",
    { class: "panel failure", role: "alert" },
    element("p", {}, message),
    again,
  );
}

whenUnauthorized(() => {
  // Every panel of a view hears of it; one form is enough.
  if (shown !== undefined) askForToken();
});
setInterval(() => {
  // Lists stay as they are: somebody goes through them page by page.
  if (shown?.name === "overview" && document.visibilityState === "visible") {
    shown.view.update(here());
    shown.view.refresh?.(here());
  }
}, REFRESH_INTERVAL);
void start();
