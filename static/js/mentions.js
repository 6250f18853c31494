// After an @ in a note the names of colleagues are offered: arrows move, Enter or Tab takes, Escape closes.
const MOST = 6;
let list = null;
let field = null;

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const options = () => (list ? [...list.children] : []);
const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

function close() {
  list?.remove();
  field?.removeAttribute("aria-activedescendant");
  field?.setAttribute("aria-expanded", "false");
  list = null;
}

function select(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) field.setAttribute("aria-activedescendant", option.id);
}

function begun() {
  const before = field.value.slice(0, field.selectionStart);
  const found = /(?:^|[^\p{L}\p{N}_])@([\p{L}\p{M}'’.\- ]{0,40})$/u.exec(before);
  return found && found[1];
}

function take(option) {
  const end = field.selectionStart;
  const start = end - begun().length;
  field.setRangeText(`${option.textContent} `, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  close();
  field.focus();
}

function offer() {
  const typed = begun();
  const names = document.getElementById(field.dataset.mentions);
  close();
  if (typed === null || !names) return;
  const wanted = fold(typed);
  const fits = [...names.children]
    .map((name) => name.textContent)
    .filter((name) => fold(name).startsWith(wanted) || fold(name).includes(` ${wanted}`))
    .slice(0, MOST);
  if (!fits.length) return;
  list = document.createElement("div");
  list.className = "r-mentions";
  list.id = "mention-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", names.getAttribute("aria-label"));
  fits.forEach((name, place) => {
    const option = document.createElement("div");
    option.id = `mention-${place}`;
    option.setAttribute("role", "option");
    option.textContent = name;
    option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
    list.append(option);
  });
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "true");
  select(list.firstElementChild);
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("textarea[data-mentions]")) return;
  field = event.target;
  offer();
});

document.addEventListener("keydown", (event) => {
  if (!list || event.target !== field) return;
  const all = options();
  const at = all.indexOf(chosen());
  if (event.key === "ArrowDown") select(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp") select(all[(at + all.length - 1) % all.length]);
  else if (event.key === "Enter" || event.key === "Tab") take(chosen());
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("focusout", (event) => { if (event.target === field) close(); });
