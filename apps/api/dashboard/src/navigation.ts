import { element, type Attributes, type Child } from "./element.ts";
import { Place } from "./place.ts";

type Listener = (place: Place) => void;

let listener: Listener | undefined;

export function here(): Place {
  return Place.read(location.search);
}

/** Goes to a place as a link would: the back button leads back here. */
export function go(place: Place): void {
  if (place.href !== `${location.pathname}${location.search}`) {
    history.pushState(undefined, "", place.href);
  }
  listener?.(place);
}

/** A real link: it can be copied, opened in another tab and followed without the mouse. */
export function link(place: Place, attributes: Attributes, ...children: Child[]): HTMLElement {
  return element("a", { ...attributes, href: place.href }, ...children);
}

/** Follows links within the page without loading it anew. Calls back at the start and at every move. */
export function followLinks(onPlace: Listener): void {
  const isFirst = listener === undefined;
  listener = onPlace;
  if (isFirst) listen();
  onPlace(here());
}

function listen(): void {
  document.addEventListener("click", (event) => {
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const anchor = event.target instanceof Element ? event.target.closest("a") : null;
    if (!isPlain || event.defaultPrevented || anchor === null) return;
    if (anchor.origin !== location.origin || anchor.pathname !== "/" || anchor.hash !== "") return;
    event.preventDefault();
    go(Place.read(anchor.search));
  });
  addEventListener("popstate", () => listener?.(here()));
}
