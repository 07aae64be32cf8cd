// Runs before the first paint, so that a chosen theme never flashes. src/theme.ts changes it later.
try {
  const theme = localStorage.getItem("tallyman-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage, no choice: the system's theme.
}
