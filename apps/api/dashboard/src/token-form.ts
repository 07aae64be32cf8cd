import { element } from "./element.ts";
import { storedToken, storeToken } from "./token.ts";

/** Asks for the api's token once per tab. @param onToken is called when one was given */
export function tokenForm(onToken: () => void): HTMLElement {
  const refused = storedToken() !== undefined;
  const input = element("input", {
    type: "password",
    id: "token",
    class: "input",
    required: true,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "token-note",
  });
  const form = element(
    "form",
    { class: "panel token-form" },
    element("label", { for: "token" }, "API token"),
    input,
    element(
      "p",
      { id: "token-note", class: "panel-note" },
      "One of the API_TOKENS of this Tallyman. It is kept until this tab is closed and sent to nobody else.",
    ),
    refused
      ? element("p", { class: "bad", role: "alert" }, "The api does not know this token.")
      : null,
    element("button", { type: "submit", class: "button primary" }, "Continue"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    storeToken(input.value.trim());
    onToken();
  });
  return form;
}
