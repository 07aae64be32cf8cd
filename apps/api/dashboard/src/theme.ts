import { element } from "./element.ts";

/** Read before the first paint by assets/theme.js. */
const KEY = "tallyman-theme";

type Theme = "light" | "dark";

const SYSTEM_DARK = matchMedia("(prefers-color-scheme: dark)");

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return SYSTEM_DARK.matches ? "dark" : "light";
}

/** Switches between light and dark. A choice that agrees with the system is no choice: it follows the system again. */
export function themeButton(): HTMLButtonElement {
  const button = element("button", { type: "button", class: "button quiet theme-button" });
  const show = (): void => {
    const other = currentTheme() === "dark" ? "light" : "dark";
    button.textContent = other === "dark" ? "Dark" : "Light";
    button.setAttribute("aria-label", `Switch to the ${other} theme`);
  };
  button.addEventListener("click", () => {
    const theme = currentTheme() === "dark" ? "light" : "dark";
    if ((theme === "dark") === SYSTEM_DARK.matches) {
      delete document.documentElement.dataset["theme"];
      localStorage.removeItem(KEY);
    } else {
      document.documentElement.dataset["theme"] = theme;
      localStorage.setItem(KEY, theme);
    }
    show();
    notify();
  });
  SYSTEM_DARK.addEventListener("change", () => {
    show();
    notify();
  });
  show();
  return button;
}

/** Calls back whenever the colours have changed. */
export function onThemeChange(listener: () => void): void {
  document.addEventListener("themechange", listener);
}

function notify(): void {
  document.dispatchEvent(new Event("themechange"));
}
