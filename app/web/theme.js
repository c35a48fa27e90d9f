// Before the first paint: the chosen colours, so that a page which should be dark is never white first.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is off: the system's colours are used.
}
