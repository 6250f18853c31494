// What just happened, with Undo for 10 s (longer while hovered or focused), and Z for as long as nothing contradicts it.
const SHOWN_MS = 10_000;
const region = document.getElementById("toasts");
const words = document.getElementById("words")?.dataset;

function csrfToken() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

function remember(undoUrl) {
  try { sessionStorage.setItem("undo", undoUrl); } catch { /* then only the toast itself offers it */ }
}

function undo(url) {
  try { sessionStorage.removeItem("undo"); } catch { /* nothing was kept */ }
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = csrfToken();
  form.append(token);
  document.body.append(form);
  form.submit();
}

function fade(toast) {
  let timer;
  const stop = () => clearTimeout(timer);
  const start = () => { stop(); timer = setTimeout(() => toast.remove(), SHOWN_MS); };
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
  toast.querySelector("[data-toast-close]").addEventListener("click", () => toast.remove());
  const form = toast.querySelector("form[data-undo]");
  if (form) {
    remember(form.getAttribute("action"));
    form.addEventListener("submit", (event) => { event.preventDefault(); undo(form.getAttribute("action")); });
  }
  start();
}

function build({ text, undo: undoUrl }) {
  const toast = document.createElement("div");
  toast.className = "r-toast";
  toast.setAttribute("role", "status");
  const said = document.createElement("span");
  said.textContent = text;
  toast.append(said);
  if (undoUrl) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = undoUrl;
    form.dataset.undo = "";
    const button = document.createElement("button");
    const key = document.createElement("kbd");
    key.textContent = "Z";
    button.append(`${words.undo} `, key);
    form.append(button);
    toast.append(form);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", words.close);
  toast.append(close);
  region.append(toast);
  while (region.childElementCount > 3) region.firstElementChild.remove();
  fade(toast);
}

if (region) {
  for (const toast of region.querySelectorAll("[data-toast]")) fade(toast);
  document.addEventListener("toasts", (event) => {
    for (const said of event.detail.said) if (!said.error) build(said);
  });
  document.addEventListener("undo-last", () => {
    const here = document.querySelector("#main [data-undo]"); // the page tells of the act itself
    if (here) { here.click(); return; }
    let url = null;
    try { url = sessionStorage.getItem("undo"); } catch { /* nothing was kept */ }
    if (url) undo(url);
  });
}
