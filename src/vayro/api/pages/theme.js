// Before anything is drawn: the look that was chosen in the dashboard, or what the system asks for.
"use strict";

(() => {
  let theme = "system";
  try {
    theme = localStorage.getItem("vayro.theme") || theme;
  } catch {
    // A browser that keeps nothing has nothing to say.
  }
  if (theme === "system") theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
})();
