// Text in a form[data-draft] is kept on this machine every 2 s and when its dialog closes, by user and by the form's key;
// it comes back with "Draft of 10:31", and goes out by itself when the line returns. Whoever presses Cancel lets it go.
const EVERY_MS = 2000;
const KEPT_DAYS = 30;
const words = document.getElementById("words")?.dataset;
const keyOf = (form) => `draft:${document.body.dataset.user}:${form.dataset.draft}`;
const fieldsOf = (form) =>
  [...form.elements].filter((field) => field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type));

function read(form) {
  const values = {};
  for (const field of fieldsOf(form)) {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) values[field.name] = [...(values[field.name] || []), field.value];
    } else values[field.name] = [...(values[field.name] || []), field.value];
  }
  return values;
}

const hasText = (form) =>
  fieldsOf(form).some((field) => ["textarea", "text"].includes(field.type) && field.value.trim() !== field.defaultValue.trim());

function note(form, text) {
  let place = form.querySelector("[data-draft-note]");
  if (!place) {
    place = document.createElement("span");
    place.className = "r-draft-note";
    place.dataset.draftNote = "";
    (form.querySelector(".ft") || form).prepend(place);
  }
  place.textContent = text;
}

const timeOf = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function keep(form) {
  if (!form.isConnected || !("touched" in form.dataset)) return;
  try {
    if (hasText(form)) localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values: read(form) }));
    else localStorage.removeItem(keyOf(form));
  } catch { /* storage is full or closed: the text stays in the form */ }
}

function forget(form) {
  delete form.dataset.touched;
  delete form.dataset.waiting;
  try { localStorage.removeItem(keyOf(form)); } catch { /* nothing was kept */ }
}

function fill(form, values) {
  form.dispatchEvent(new CustomEvent("draftRestored", { bubbles: true, detail: { values } })); // lines that are not there yet
  for (const field of fieldsOf(form)) {
    const kept = values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = Boolean(kept?.includes(field.value));
    else if (kept?.length) field.value = kept.shift();
  }
}

function restore(form) {
  form.dataset.draftSeen = "";
  let draft = null;
  try { draft = JSON.parse(localStorage.getItem(keyOf(form))); } catch { return; }
  if (!draft || hasText(form)) return;
  if (Date.now() - draft.at > KEPT_DAYS * 86_400_000) { forget(form); return; }
  fill(form, draft.values);
  form.dataset.touched = "";
  note(form, words.draft.replace("{time}", timeOf(draft.at)));
}

const forms = () => [...document.querySelectorAll("form[data-draft]")];
const restoreNew = () => forms().filter((form) => !("draftSeen" in form.dataset)).forEach(restore);
const sendWaiting = () => forms().filter((form) => "waiting" in form.dataset).forEach((form) => form.requestSubmit());

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-draft]")) form.dataset.touched = "";
});
document.addEventListener("htmx:afterSettle", restoreNew);
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("form[data-draft]")) keep(event.detail.elt);
});
// Before the answer stands in the page: a cleared form that comes with it would take up what was just sent.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.matches("form[data-draft]") && xhr.status < 400) forget(elt);
});
document.addEventListener("htmx:sendError", (event) => {
  const form = event.detail.elt;
  if (!form.matches("form[data-draft]")) return;
  form.dataset.waiting = "";
  note(form, words.waiting);
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-draft]:not([hx-post])")) forget(event.target);
});
document.addEventListener("click", (event) => {
  const form = event.target.closest("form[data-draft]:not(.r-log) .ft [data-close]")?.closest("form");
  if (form) forget(form);
}, true);
document.addEventListener("close", () => forms().forEach(keep), true);

// What was typed into a form of a page outlives a sign-in that lies between: it is kept in this tab as it is sent, comes
// back when the same form is opened from the sign-in, or again after an answer that was none, and is let go by any other page.
const SENT = "sent";
const sentTo = (form) => new URL(form.getAttribute("action") || location.href, location.href).href.split("#")[0];
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.closest("main") || form.matches("[data-draft]") || !hasText(form)) return;
  const sent = { user: document.body.dataset.user, to: sentTo(form), at: Date.now(), values: read(form) };
  try { sessionStorage.setItem(SENT, JSON.stringify(sent)); } catch { /* no room: it goes out all the same */ }
});

function bringBack() {
  let sent = null;
  try { sent = JSON.parse(sessionStorage.getItem(SENT)); } catch { return; }
  if (!sent) return;
  const form = [...document.querySelectorAll("main form")].find((one) => one.method === "post" && sentTo(one) === sent.to);
  const signedIn = document.referrer && new URL(document.referrer).pathname.startsWith("/accounts/");
  const wasLost = signedIn || performance.getEntriesByType("navigation")[0]?.type !== "navigate";
  if (form && wasLost && hasText(form)) return; // the browser brought it back itself
  if (!form || !wasLost || sent.user !== document.body.dataset.user) { sessionStorage.removeItem(SENT); return; }
  fill(form, sent.values);
  note(form, words.draft.replace("{time}", timeOf(sent.at)));
}
bringBack();

addEventListener("online", sendWaiting);
addEventListener("pagehide", () => forms().forEach(keep));
setInterval(() => forms().forEach(keep), EVERY_MS);
setInterval(sendWaiting, 15_000);
restoreNew();
