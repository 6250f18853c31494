// A form goes out once: while it is on its way its buttons are closed. Preferences are sent without leaving the page.
function close(form) {
  form.dataset.sending = "";
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
}

function reopen(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll('button[aria-disabled="true"]:not([type=button])'))
    button.removeAttribute("aria-disabled");
}

// Without a line a page that is sent would give way to the browser's own error: it stays as it is, and says so on top.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (navigator.onLine || form.method !== "post" || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const text = document.getElementById("words")?.dataset.noLine;
  document.dispatchEvent(new CustomEvent("toasts", { detail: { said: [{ text, error: true }] } }));
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if ("sending" in form.dataset) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  close(form);
}, true);

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) reopen(form);
});

document.addEventListener("htmx:validation:halted", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) reopen(form);
});

addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(reopen));

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-preferences]")) return;
  event.preventDefault();
  const data = new FormData(form);
  try {
    await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
    document.documentElement.toggleAttribute("data-single-keys", data.has("single_keys"));
  } finally {
    reopen(form);
    form.closest("dialog")?.close();
  }
});

// Fields and lists that send their form as soon as they change. Each arrow in a list and each part of a day is a change
// too: by keys they are sent with Enter or when the field is left, and the page comes back to where the keyboard was.
const ASKED = `asked:${location.pathname}`;
const SLOW = "select, input[type=date]";
let keyed = null;
let waiting = null;

function ask(field, next) {
  keyed = waiting = null;
  const name = next?.form === field.form && next.name || field.name;
  try { if (!field.form.hasAttribute("hx-get")) sessionStorage.setItem(ASKED, name); } catch { /* it begins on top */ }
  field.form.requestSubmit();
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.closest("[data-submit-on-change]")) return;
  if (keyed === field) waiting = field;
  else ask(field);
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches?.(SLOW) || !field.closest("[data-submit-on-change]") || event.key === "Tab") return;
  keyed = event.key === "Enter" ? null : field;
  if (event.key !== "Enter" || waiting !== field) return;
  event.preventDefault();
  ask(field);
});

document.addEventListener("pointerdown", () => { keyed = null; });

document.addEventListener("focusout", (event) => {
  if (waiting && waiting === event.target) ask(waiting, event.relatedTarget);
});

// A button that copies what stands in a field.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  document.dispatchEvent(new CustomEvent("toasts", { detail: { said: [{ text: button.dataset.copied, undo: "", error: false }] } }));
});

// Ctrl ↵ saves from any text of several lines, as it does in the log box.
document.addEventListener("keydown", (event) => {
  const pressed = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && !event.defaultPrevented;
  const form = event.target.matches?.("textarea") ? event.target.form : null;
  if (!pressed || form?.method !== "post" || form.matches(".r-log")) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".btn-primary[type=submit]"));
});

// A page that is one form begins in it: in its first field, or the one that is wrong; but where an act was just done, keys
// (Z takes it back) come first.
const main = document.querySelector("form[data-first-field]");
const wasDone = document.querySelector("#toasts [data-toast]");
if (main && !wasDone && document.activeElement === document.body && matchMedia("(pointer: fine)").matches) {
  const fields = [...main.querySelectorAll("input, select, textarea")].filter((field) =>
    field.type !== "hidden" && field.type !== "checkbox" && !field.disabled && field.getClientRects().length &&
    (field.type !== "radio" || field.checked || !main.querySelector(`input[name="${CSS.escape(field.name)}"]:checked`)));
  (fields.find((field) => field.getAttribute("aria-invalid") === "true") || fields[0])?.focus();
}

// Any other page that was drawn whole begins where it asks for it: at what was refused.
const asked = document.querySelector("#main [data-focus]");
if (asked && document.activeElement === document.body) asked.focus();

let askedBefore = null;
try { askedBefore = sessionStorage.getItem(ASKED); sessionStorage.removeItem(ASKED); } catch { /* nothing was kept */ }
if (askedBefore && document.activeElement === document.body)
  document.querySelector(`#main [data-submit-on-change][name="${CSS.escape(askedBefore)}"]`)?.focus();

// What is found while one types is chosen with the arrow or Enter; Enter on a choice goes on to the next field.
function goOn(choices) {
  const fields = [...choices.closest("form").querySelectorAll("input, select, textarea")].filter((field) => field.type !== "hidden");
  const last = fields.findLastIndex((field) => choices.contains(field));
  fields[last + 1]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || !["ArrowDown", "Enter"].includes(event.key)) return;
  const choices = event.target.closest?.("[data-choices]") || document.getElementById(event.target.getAttribute?.("aria-controls"));
  if (!choices?.matches("[data-choices]")) return;
  const found = [...choices.querySelectorAll("input[type=radio]")];
  const isIn = choices.contains(event.target);
  if (!found.length || (isIn && event.key === "ArrowDown")) return;
  event.preventDefault();
  if (isIn) event.target.checked = true;
  else if (!found.some((one) => one.checked)) found[0].checked = true;
  if (event.key === "Enter") goOn(choices);
  else found.find((one) => one.checked).focus();
});
