// The keys of LOOK.md. Single keys are off while typing, in dialogs, and for whoever switched them off; what a key does on
// a row or page is the button there that carries data-key. Lists are [data-worklist] with [data-row] inside.
const GO_MS = 1500;
let goingUntil = 0;
let lastSelected = null;

const root = document.documentElement;
const isVisible = (part) => part.getClientRects().length > 0;
// The field of a dialog that was closed this moment still has the focus, until the page is drawn again.
const isTyping = (target) =>
  isVisible(target) && (target.isContentEditable || /^(textarea|select)$/i.test(target.tagName) ||
  (/^input$/i.test(target.tagName) && !["checkbox", "radio", "button", "submit"].includes(target.type)));
const rows = () => [...document.querySelectorAll("[data-worklist] [data-row]")].filter(isVisible);
const rowHere = () => document.activeElement.closest?.("[data-row]") || document.querySelector("[data-row][data-here]") ||
  document.querySelector("[data-row].on");

// A page without a worklist has its tables instead: each row that names somebody or something.
function markRows() {
  if (document.querySelector("#main [data-worklist]")) return;
  for (const row of document.querySelectorAll("#main .r-table tbody > tr:has(a.r-name)")) {
    row.dataset.row = "";
    row.parentElement.dataset.worklist = "";
  }
}
markRows();
document.addEventListener("htmx:afterSettle", markRows);

function goTo(row) {
  for (const other of document.querySelectorAll("[data-row][data-here]")) delete other.dataset.here;
  if (!row) return;
  row.dataset.here = "";
  if (row.tabIndex < 0) row.tabIndex = 0;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(rowHere());
  goTo(all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))]);
}

// What can be done with the selected rows stands far from them for whoever goes by Tab; nothing where nothing is selected.
function focusActs() {
  const first = [...document.querySelectorAll("[data-bulk] :is(input:not([type=hidden]), button)")].find(isVisible);
  return first ? () => first.focus() : null;
}

function act(part) {
  if (part.getAttribute("aria-disabled") === "true") return;
  if (part.matches("textarea, select, input:not([type=checkbox]):not([type=radio])")) part.focus();
  else part.click();
}

// The part for a key: in the open row first, then in the page, then in the bar.
function findKey(key) {
  const selector = `[data-key="${CSS.escape(key)}"]`;
  const within = (place) => [...(place?.querySelectorAll(selector) || [])].find(isVisible);
  const row = rowHere();
  const inPage = [...document.querySelectorAll(`#main ${selector}`)].find((part) => isVisible(part) && !part.closest("[data-row]"));
  return within(row) || inPage || within(document.querySelector(".r-bar"));
}

function selectRow(row, isRange) {
  const box = row?.querySelector("input[type=checkbox][data-select]");
  if (!box) return;
  const all = rows();
  const from = all.indexOf(lastSelected);
  if (isRange && from >= 0) {
    const [low, high] = [from, all.indexOf(row)].sort((a, b) => a - b);
    for (const between of all.slice(low, high + 1)) {
      const other = between.querySelector("input[type=checkbox][data-select]");
      if (other && !other.checked) other.click();
    }
  } else box.click();
  lastSelected = row;
}

function openRow(row) {
  const link = row.querySelector("[data-open]") || row.querySelector("a[href]");
  if (link) keepPlace(row);
  link?.click();
}

function leave() {
  // A form that was opened on the spot is closed, and what opened it has the keyboard again.
  const opened = document.activeElement.closest("details[open]:has(form)");
  if (opened) { opened.open = false; opened.querySelector("summary").focus(); return; }
  const row = rowHere();
  const closer = row?.querySelector("[data-close-row]");
  if (closer) { closer.click(); goTo(row); return; }
  if (row && row !== document.activeElement) { goTo(row); return; }
  if (document.activeElement !== document.body) document.activeElement.blur();
}

function pressInLogBox(event, form) {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit();
    return true;
  }
  if (!event.altKey || event.ctrlKey || event.metaKey) return false;
  const key = event.code.startsWith("Digit") ? event.code.slice(5) : event.code.replace("Key", "").toLowerCase();
  const part = form.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!part) return false;
  event.preventDefault();
  act(part);
  if (part.querySelector("input[type=radio]")) form.querySelector("textarea").focus(); // also when it was chosen already
  return true;
}

function pressSingle(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (goingUntil > Date.now()) {
    goingUntil = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (link) link.click();
    return Boolean(link);
  }
  const fixed = {
    g: () => { goingUntil = Date.now() + GO_MS; },
    "/": () => document.dispatchEvent(new CustomEvent("open-search")),
    ">": () => document.dispatchEvent(new CustomEvent("open-search", { detail: { start: "> " } })),
    "?": () => document.dispatchEvent(new CustomEvent("open-keys")),
    j: () => step(1),
    k: () => step(-1),
    z: () => document.dispatchEvent(new CustomEvent("undo-last")),
    x: () => selectRow(rowHere(), event.shiftKey),
    a: findKey("a") ? null : focusActs(),
    e: document.querySelector("[data-edit-url]") && !findKey("e") ? () => document.dispatchEvent(new CustomEvent("edit-row", { detail: { row: rowHere() } })) : null,
  }[key];
  if (fixed) { fixed(); return true; }
  const logBox = [...document.querySelectorAll("#main form.r-log textarea")].find(isVisible);
  if (key === "l" && logBox && !rowHere()?.querySelector('[data-key="l"]')) { logBox.focus(); return true; }
  const part = findKey(key);
  if (part) act(part);
  return Boolean(part);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const target = event.target;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("open-search", { detail: { start: "> " } }));
    return;
  }
  const logForm = target.closest?.("form.r-log");
  if (logForm && pressInLogBox(event, logForm)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") { if (!document.querySelector(":popover-open")) leave(); return; }
  if (isTyping(target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && target.matches("[data-row]")) { event.preventDefault(); openRow(target); return; }
  if (root.hasAttribute("data-single-keys") && pressSingle(event)) event.preventDefault();
});

// Whoever comes back to a list goes on in the row he left it by. Each address keeps its own place.
const PLACE = `row:${location.pathname}${location.search}`;

function keepPlace(row) {
  try { sessionStorage.setItem(PLACE, String(rows().indexOf(row))); } catch { /* then the list begins at its top */ }
}

function takeUpPlace() {
  if (performance.getEntriesByType("navigation")[0]?.type !== "back_forward" || document.activeElement !== document.body) return;
  let at = -1;
  try { at = Number(sessionStorage.getItem(PLACE) ?? -1); } catch { /* nothing was kept */ }
  if (at >= 0) goTo(rows()[at]);
}
addEventListener("load", takeUpPlace);

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row || "here" in row.dataset) return;
  for (const other of document.querySelectorAll("[data-row][data-here]")) delete other.dataset.here;
  row.dataset.here = "";
});
