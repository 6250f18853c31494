// Dialogs, and the explanations behind the question marks. A fragment swapped into #dialog opens it.
// An explanation lies over everything, also over a table that scrolls: beside its question mark, inside the window.
const placeHelp = (button) => {
  const text = button.nextElementSibling;
  const mark = button.getBoundingClientRect();
  text.style.maxWidth = `${Math.min(352, window.innerWidth - 16)}px`;
  const { width, height } = text.getBoundingClientRect();
  const below = mark.bottom + 4 + height <= window.innerHeight;
  text.style.left = `${Math.max(8, Math.min(mark.left, window.innerWidth - width - 8))}px`;
  text.style.top = `${below ? mark.bottom + 4 : Math.max(8, mark.top - height - 4)}px`;
};

const closeAllHelp = (except) => {
  for (const button of document.querySelectorAll('[data-help][aria-expanded="true"]')) {
    if (button === except) continue;
    button.setAttribute("aria-expanded", "false");
    button.nextElementSibling.hidden = true;
  }
};

// A selection drawn from a field out over the edge ends in a click on the dialog: only what began there too closes it.
let pressed = null;
document.addEventListener("pointerdown", (event) => { pressed = event.target; }, true);

document.addEventListener("click", (event) => {
  const help = event.target.closest("[data-help]");
  closeAllHelp(help);
  if (help) {
    const open = help.getAttribute("aria-expanded") !== "true";
    help.setAttribute("aria-expanded", String(open));
    help.nextElementSibling.hidden = !open;
    if (open) placeHelp(help);
    event.preventDefault();
    return;
  }
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialogOpen).showModal();
  }
  const asking = event.target.closest("a[data-ask]");
  if (asking && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    htmx.ajax("GET", asking.href, { source: asking, target: "#dialog", swap: "innerHTML" });
  }
  if (event.target.closest("[data-keys-open]")) {
    for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
    document.dispatchEvent(new CustomEvent("open-keys"));
  }
  const dialog = event.target.closest("dialog");
  const isBeside = event.target === dialog && pressed === dialog;
  if (dialog && (isBeside || event.target.closest("[data-close]"))) dialog.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector('[data-help][aria-expanded="true"]');
  closeAllHelp();
  if (!open) return;
  open.focus();
  event.stopImmediatePropagation(); // or Escape would leave the question mark as well
});

// What does not fit its place is said whole under the pointer.
document.addEventListener("mouseover", ({ target }) => {
  const cut = target.closest?.(".cut, .r-words");
  if (cut && !cut.title && (cut.scrollWidth > cut.clientWidth || cut.scrollHeight > cut.clientHeight + 1)) cut.title = cut.textContent.trim();
});

document.addEventListener("scroll", () => closeAllHelp(), { capture: true, passive: true });

// Whoever opens a dialog types at once: the first field has the keyboard, or the one that is wrong, not the cross on top.
const focusField = (dialog) => {
  const here = document.activeElement;
  const fields = [...dialog.querySelectorAll("input, select, textarea")].filter((field) =>
    !field.disabled && field.type !== "hidden" && field.getClientRects().length &&
    (field.type !== "radio" || field.checked || !dialog.querySelector(`input[name="${CSS.escape(field.name)}"]:checked`)));
  const wrong = fields.find((field) => field.getAttribute("aria-invalid") === "true");
  // Drawn anew, the field just left has the keyboard again: it keeps it, unless another was refused.
  const stays = dialog.contains(here) && here !== dialog && !here.matches("[data-close]");
  if (!stays || (wrong && here.getAttribute("aria-invalid") !== "true")) (wrong || fields[0])?.focus();
};

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = document.getElementById("dialog");
  if (event.detail.target !== dialog || !dialog?.childElementCount) return;
  if (!dialog.open) dialog.showModal();
  dialog.dataset.filled = "";
});

// What opened a dialog has the keyboard again when it closes, also where the act drew it anew; where the act took it
// away, the row or the card in which it stood.
const nameOf = (part) => part?.getAttribute?.("hx-get") || part?.getAttribute?.("href") || "";
const listRows = () => [...document.querySelectorAll("[data-worklist] [data-row]")];
const placeOf = (part) => ({ row: listRows().indexOf(part?.closest?.("[data-row]")), card: part?.closest?.("section[id]")?.id });
let openedBy = null;
let openedByName = "";
let openedIn = {};

function findBeside({ row, card }) {
  if (!(row >= 0)) return document.getElementById(card)?.querySelector("a, button:not([data-help])");
  const there = listRows().slice(0, row + 1).at(-1);
  if (there) there.tabIndex = 0;
  return there;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const dialog = document.getElementById("dialog");
  if (event.detail.target !== dialog || dialog.open) return;
  openedBy = document.activeElement;
  openedByName = nameOf(openedBy);
  openedIn = placeOf(openedBy);
});

// An act whose answer is the page itself, drawn from its beginning: it goes on where the dialog was opened.
const here = () => location.pathname + location.search;

document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (!openedByName || !event.detail.xhr.getResponseHeader("HX-Redirect")) return;
  try { sessionStorage.setItem("opened-by", JSON.stringify([here(), openedByName, openedIn])); } catch { /* then it begins at its top */ }
});

try {
  const [page, name, place] = JSON.parse(sessionStorage.getItem("opened-by")) || [];
  sessionStorage.removeItem("opened-by");
  if (page === here()) [openedByName, openedIn] = [name, place];
} catch { /* nothing was kept */ }

function giveBack() {
  if (!openedByName || openedBy?.isConnected || document.querySelector("dialog[open]")) return;
  if (document.activeElement !== document.body) return;
  const again = [...document.querySelectorAll("#main :is(a, button)")].find((part) => nameOf(part) === openedByName) ?? findBeside(openedIn);
  if (!again) return;
  openedByName = "";
  again.focus();
}
addEventListener("load", giveBack);
document.addEventListener("focusin", ({ target }) => {
  if (target !== openedBy && !target.closest("dialog")) openedByName = ""; // he is somewhere else by now
});
document.addEventListener("htmx:afterSettle", giveBack);

// Not before htmx knows the new form: whoever types fast would send it without.
document.addEventListener("htmx:afterSettle", () => {
  const dialog = document.getElementById("dialog");
  if (!dialog?.open || !("filled" in dialog.dataset || document.activeElement === document.body)) return;
  delete dialog.dataset.filled;
  focusField(dialog);
});

// The key sheet comes the first time it is asked for.
document.addEventListener("open-keys", async () => {
  const sheet = document.getElementById("keys");
  if (!sheet.childElementCount) await htmx.ajax("GET", sheet.dataset.url, { target: sheet, swap: "innerHTML" });
  if (sheet.childElementCount && !sheet.open) sheet.showModal();
});

document.addEventListener("closeDialog", () => document.getElementById("dialog").close());
