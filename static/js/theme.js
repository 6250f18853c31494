// Light or dark before the first paint. The account's choice is already on <html>; without one, this machine's last choice is taken.
(() => {
  const root = document.documentElement;
  try {
    if (!root.dataset.bsTheme && !document.querySelector("html[data-density]") && localStorage.getItem("theme"))
      root.dataset.bsTheme = localStorage.getItem("theme");
  } catch { /* storage may be closed: the system decides */ }

  const isDark = () =>
    root.dataset.bsTheme ? root.dataset.bsTheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    const theme = isDark() ? "light" : "dark";
    root.dataset.bsTheme = theme;
    try { localStorage.setItem("theme", theme); } catch { /* shown now, forgotten later */ }
    if (!button.dataset.url) return;
    const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
    fetch(button.dataset.url, {
      method: "POST",
      headers: { ...headers, Accept: "application/json" },
      body: new URLSearchParams({ changed: "theme", theme }),
    }).catch(() => {});
  });
})();
