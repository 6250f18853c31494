// A list: rows selected and counted, a cell changed in its place, columns moved, a link to send. Everything it does with
// the server also goes without it (plain forms and pages).
const boxes = () => [...document.querySelectorAll("[data-select]")];
const bar = () => document.querySelector("[data-bulk]");

function tellSelection() {
  const form = bar();
  if (!form) return;
  const all = boxes();
  const chosen = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr").toggleAttribute("aria-selected", false);
  for (const box of chosen) box.closest("tr").setAttribute("aria-selected", "true");
  const page = document.querySelector("[data-select-page]");
  if (page) {
    page.checked = all.length > 0 && chosen.length === all.length;
    page.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  const words = form.querySelector("[data-bulk-count]");
  const everything = form.querySelector("[data-bulk-all]");
  if (everything && !chosen.length) everything.checked = false;
  if (everything?.checked) words.textContent = words.dataset.all;
  else words.textContent = chosen.length === 1 ? words.dataset.one : words.dataset.many.replace("{n}", String(chosen.length));
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-page]"))
    for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("[data-select], [data-select-page], [data-bulk-all]")) tellSelection();
});

// A thumb that meets the cell beside its box means the box.
document.addEventListener("click", (event) => {
  if (event.target.matches("td.r-sel, th.r-sel")) event.target.querySelector("input[type=checkbox]")?.click();
});

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-bulk-clear]")) {
    for (const box of boxes()) box.checked = false;
    tellSelection();
    return;
  }
  const copy = event.target.closest("[data-copy-link]");
  if (copy) {
    await navigator.clipboard.writeText(new URL(copy.dataset.copyLink, location.href).href);
    const said = [{ text: copy.dataset.copied, undo: "", error: false }];
    document.dispatchEvent(new CustomEvent("toasts", { detail: { said } }));
    return;
  }
  const move = event.target.closest("[data-move]");
  if (move) moveColumn(move);
});

function moveColumn(button) {
  const item = button.closest("li");
  const other = button.dataset.move === "-1" ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (button.dataset.move === "-1") other.before(item);
  else other.after(item);
  numberColumns(item.parentElement);
  button.focus();
}

// A number typed beside a column takes it there at once.
document.addEventListener("change", (event) => {
  const item = event.target.matches('[data-sortable] input[name^="place-"]') && event.target.closest("li");
  if (!item) return;
  const list = item.parentElement;
  const place = Number.parseInt(event.target.value, 10);
  if (place > 0) list.insertBefore(item, [...list.children].filter((other) => other !== item)[place - 1] || null);
  numberColumns(list);
});

function numberColumns(list) {
  list.querySelectorAll('input[name^="place-"]').forEach((input, place) => { input.value = place + 1; });
}

// A cell in its place: what stood there comes back with Escape.
const before = new WeakMap();

function editCell(cell) {
  const table = cell?.closest("[data-edit-url]");
  if (!table || cell.querySelector("[data-cell]")) return;
  before.set(cell, [...cell.childNodes].map((node) => node.cloneNode(true)));
  const url = table.dataset.editUrl.replace(/0\/-\/$/, `${cell.closest("tr").dataset.pk}/${cell.dataset.edit}/`);
  window.htmx.ajax("GET", url, { target: cell, swap: "innerHTML" });
}

function leaveCell(cell) {
  cell.replaceChildren(...(before.get(cell) || []));
  window.htmx.process(cell);
  focusRow(cell);
}

function focusRow(cell) {
  const row = cell.closest("tr");
  if (row.tabIndex < 0) row.tabIndex = 0;
  row.focus();
}

document.addEventListener("edit-row", (event) => {
  const { row } = event.detail;
  const here = document.activeElement?.closest?.("td[data-edit]");
  const cell = here || row?.querySelector("td[data-edit]");
  if (cell) { editCell(cell); return; }
  const said = document.querySelector("[data-edit-url]").dataset;
  const text = row ? said.noEdit : said.noRow;
  document.dispatchEvent(new CustomEvent("toasts", { detail: { said: [{ text }] } }));
});

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest("td[data-edit]");
  if (cell && !event.target.closest("a, button, input, select")) editCell(cell);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-cell]");
  if (!form || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    leaveCell(form.closest("td"));
  } else if (event.key === "Enter" && event.target.matches("select")) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Tab") {
    const cells = [...form.closest("tr").querySelectorAll("td[data-edit]")];
    const next = cells[cells.indexOf(form.closest("td")) + (event.shiftKey ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    form.dataset.next = next.dataset.edit;
    form.requestSubmit();
  }
}, true);

let nextCell = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.target.querySelector?.("[data-cell][data-next]");
  nextCell = form ? form.closest("tr").querySelector(`td[data-edit="${CSS.escape(form.dataset.next)}"]`) : null;
});

document.addEventListener("htmx:afterSettle", (event) => {
  showHidden(document);
  tellSelection();
  const cell = event.detail.target;
  if (!cell?.matches?.("td[data-edit]")) return;
  const field = cell.querySelector("[data-cell] :is(input:not([type=hidden]), select, textarea)");
  if (field) {
    field.focus();
    field.select?.();
    return;
  }
  cell.classList.add("r-changed");
  setTimeout(() => cell.classList.remove("r-changed"), 1500);
  if (nextCell) editCell(nextCell);
  else focusRow(cell);
  nextCell = null;
});

// What only works with script is shown by it.
function showHidden(place) {
  for (const part of place.querySelectorAll("[data-copy-link][hidden], [data-move][hidden]")) part.hidden = false;
}

showHidden(document);
tellSelection();
