import { element } from "./element.ts";
import { go, here } from "./navigation.ts";
import type { Part } from "./panel.ts";
import type { Place } from "./place.ts";

export interface Option {
  readonly value: string;
  readonly text: string;
}

export interface ChoiceOptions {
  /** Read out, and shown where it is not clear from the choices. */
  readonly label: string;
  /** The parameter of the place that holds the choice. The first option is the default and stands for none. */
  readonly name: string;
  readonly options: readonly Option[];
}

/** A drop-down list. */
export function select({ label, name, options }: ChoiceOptions): Part {
  const list = element(
    "select",
    { "aria-label": label, class: "select" },
    options.map(({ value, text }) => element("option", { value }, text)),
  );
  list.addEventListener("change", () => choose(name, list.value, options));
  return { node: list, update: (place) => (list.value = chosen(place, name, options)) };
}

/** A few choices side by side: radio buttons, so that the arrow keys move between them. */
export function segments({ label, name, options }: ChoiceOptions): Part {
  const group = `segments-${label.replaceAll(/\W+/g, "-").toLowerCase()}`;
  const inputs = options.map(({ value }) =>
    element("input", { type: "radio", name: group, value, class: "visually-hidden" }),
  );
  for (const input of inputs) {
    input.addEventListener("change", () => choose(name, input.value, options));
  }
  const node = element(
    "fieldset",
    { class: "segments" },
    element("legend", { class: "visually-hidden" }, label),
    options.map(({ text }, index) =>
      element("label", { class: "segment" }, inputs[index], element("span", {}, text)),
    ),
  );
  return {
    node,
    update: (place) => {
      const value = chosen(place, name, options);
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

/** A search field. What was typed takes effect with Enter or when the field is left. */
export function search({ label, name }: { readonly label: string; readonly name: string }): Part {
  const input = element("input", {
    type: "search",
    class: "input",
    "aria-label": label,
    placeholder: label,
    maxlength: 255,
    autocomplete: "off",
    spellcheck: "false",
  });
  input.addEventListener("change", () => go(here().with({ [name]: input.value.trim() })));
  return { node: input, update: (place) => (input.value = place.get(name) ?? "") };
}

function chosen(place: Place, name: string, options: readonly Option[]): string {
  const value = options.find((option) => option.value === place.get(name)) ?? options[0];
  return value?.value ?? "";
}

function choose(name: string, value: string, options: readonly Option[]): void {
  go(here().with({ [name]: value === options[0]?.value ? undefined : value }));
}
