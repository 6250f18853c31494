// The log box: promise lines appear with P and Q, a usual day fills the next contact. Without this script the box still
// logs; and a row that left its list hands the focus to the one that took its place.
const formOf = (part) => part.closest("form[data-log-form]");

function appendLine(form, side) {
  const line = form.querySelector(`template[data-log-line="${side}"]`).content.firstElementChild.cloneNode(true);
  form.querySelector("[data-log-lines]").append(line);
  return line;
}

function addLine(form, side) {
  appendLine(form, side).querySelector("input").focus();
  form.dataset.touched = "";
}

// A draft with promises gets its lines back before they are filled.
document.addEventListener("draftRestored", (event) => {
  const form = event.target;
  if (!form.matches("[data-log-form]")) return;
  for (const side of ["ours", "theirs"]) {
    const there = form.querySelectorAll(`[name="${side}_text"]`).length;
    const kept = event.detail.values[`${side}_text`]?.length || 0;
    for (let number = there; number < kept; number += 1) appendLine(form, side);
  }
});

document.addEventListener("click", (event) => {
  const adder = event.target.closest("[data-log-add]");
  if (adder) addLine(formOf(adder), adder.dataset.logAdd);
  const dropper = event.target.closest("[data-log-drop]");
  if (dropper) {
    const form = formOf(dropper);
    dropper.closest(".r-log-line").remove();
    form.querySelector("textarea").focus();
  }
  const pick = event.target.closest("[data-log-pick]");
  if (pick) {
    const form = formOf(pick);
    form.elements.next_contact_at.value = pick.dataset.logPick;
    form.dataset.touched = "";
    form.querySelector('button[type="submit"]').focus();
  }
});

// The channel is chosen by label, radio or key; the text goes on where it was.
document.addEventListener("change", (event) => {
  if (event.target.name !== "channel" || !formOf(event.target)) return;
  const text = formOf(event.target).querySelector("textarea");
  if (!event.target.matches(":focus-visible")) text.focus();
});

const isRow = (part) => part?.matches?.("[data-worklist] [data-row]");
let following = null;

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const row = event.detail.target;
  if (!isRow(row)) return;
  const held = row.contains(document.activeElement) || "here" in row.dataset || document.activeElement === document.body;
  following = held ? row.nextElementSibling || row.previousElementSibling : null;
});

document.addEventListener("htmx:afterRequest", () => {
  const next = following;
  following = null;
  if (next?.isConnected && isRow(next) && !document.querySelector("dialog[open]")) next.focus();
});
