// What every fragment does: errors are said on top of the page, focus goes to what changed, a change is lit for 1.5 s.
const words = () => document.getElementById("words").dataset;

function showBand(text) {
  const band = document.createElement("div");
  band.className = "r-err";
  band.setAttribute("role", "alert");
  band.textContent = text;
  const bands = document.getElementById("bands");
  bands.replaceChildren(band);
  band.scrollIntoView({ block: "nearest" });
}

// What was said goes with the next act; a part of the page that fetches itself is none.
const ACTS = ["click", "submit", "change", "input", "keyup"];
document.addEventListener("htmx:beforeRequest", (event) => {
  if (ACTS.includes(event.detail.requestConfig?.triggeringEvent?.type)) document.getElementById("bands").replaceChildren();
});

// What was typed or chosen while the answer to an earlier change was under way is not written over by it: that answer is
// let go, and the later change asks for its own.
const asText = (data) => new URLSearchParams([...data].filter(([, value]) => typeof value === "string")).toString();
document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, formData } = event.detail.requestConfig;
  if (elt.matches("[data-typed]") && elt.isConnected && asText(formData) !== asText(new FormData(elt.closest("form"))))
    event.detail.shouldSwap = false;
});

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  const said = { 403: "forbidden", 404: "gone", 409: "conflict", 413: "tooLarge", 429: "tooMany" }[status];
  if (status === 403 && event.detail.xhr.responseText.includes("data-too-old")) return; // signed_in_anew.js says so
  if (status !== 401) showBand(words()[said] || words().broken);
});

// Only a form that keeps its draft goes out by itself; a part of the page that fetches itself does so again unasked.
function sayNoLine({ detail: { elt, requestConfig } }) {
  if (elt.matches("form[data-draft]")) showBand(words().offline);
  else if (requestConfig.verb !== "get") showBand(words().noLine);
  else if (ACTS.includes(requestConfig.triggeringEvent?.type)) showBand(words().notShown);
}
for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, sayNoLine);

document.addEventListener("toasts", (event) => {
  for (const { text, error } of event.detail.said) if (error) showBand(text);
});

// A row of tabs too long for the screen begins where the open one can be seen.
function showOpenTabs(part) {
  for (const tab of part.querySelectorAll(".r-tab [aria-current], .r-seg [aria-current]")) {
    const row = tab.parentElement;
    const room = row.clientWidth - tab.offsetWidth;
    if (row.scrollWidth > row.clientWidth) row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - room / 2;
  }
}
showOpenTabs(document);

// Whoever goes by keys stays where he was in a part that is drawn anew: on the same control, else on the one in its place
// (but in no field that he did not choose: a phone would open its keyboard).
const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
const FIELDS = "input:not([type=checkbox], [type=radio], [type=file]), select, textarea";
const controls = (part) => [...part.querySelectorAll(CONTROLS)].filter((control) => control.getClientRects().length);
const sign = (control) =>
  [control.tagName, control.name, control.getAttribute("href"), control.ariaLabel, control.textContent.trim()].join(" ");
let stood = null; // also of which answer, and what it draws anew aside: neither of others takes the keyboard to itself

document.addEventListener("htmx:beforeSwap", ({ detail: { target, shouldSwap, xhr } }) => {
  const place = shouldSwap ? controls(target).indexOf(document.activeElement) : -1;
  if (place >= 0) stood = { place, sign: sign(document.activeElement), xhr, aside: new Set() };
});

document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target } }) => {
  if (!target.contains(document.activeElement)) stood?.aside.add(target.id);
});

function findAgain(part, xhr) {
  if (!stood || stood.xhr !== xhr || stood.aside.has(part.id) || part.closest("dialog")) return null;
  const all = controls(part);
  const before = all.slice(0, stood.place + 1).reverse().find((control) => !control.matches(FIELDS));
  const again = all.find((control) => sign(control) === stood.sign) || before;
  if (again) stood = null;
  return again;
}

document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.elt;
  if (!target.isConnected) return;
  showOpenTabs(target.parentElement || target);
  const changed = target.matches("[data-changed]") ? [target] : [...target.querySelectorAll("[data-changed]")];
  for (const part of changed) {
    part.removeAttribute("data-changed");
    part.classList.add("r-changed");
    setTimeout(() => part.classList.remove("r-changed"), 1500);
  }
  const wanted = target.matches("[data-focus]") ? target : target.querySelector("[data-focus], [autofocus]");
  const lost = document.activeElement === document.body || document.activeElement === null;
  // Whoever has gone on to another row stays there: an answer that was slow takes nobody back.
  const wentOn = wanted?.matches("[data-row]") && document.activeElement?.closest("[data-row]");
  const next = wentOn ? null : wanted || (lost && (changed[0] || findAgain(target, event.detail.xhr)));
  if (!next) return;
  if (!next.matches("a, button, input, select, textarea, [tabindex]")) next.tabIndex = -1;
  next.focus({ preventScroll: !wanted });
});
