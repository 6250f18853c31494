// Files dropped on a card go into its form, which sends itself when its field changes. Dropped beside it they do nothing:
// the browser would open them in place of the page and what was typed there.
const card = (event) => event.target.closest?.("[data-drop-files]");
const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  const over = card(event);
  for (const other of document.querySelectorAll("[data-drop-files]")) other.classList.toggle("over", other === over);
  if (event.target.closest?.("input[type=file], [data-drop]")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = over?.querySelector("input[type=file]") ? "copy" : "none";
});

for (const name of ["dragleave", "dragend"])
  document.addEventListener(name, (event) => {
    if (!event.relatedTarget || !card(event)?.contains(event.relatedTarget)) card(event)?.classList.remove("over");
  });

document.addEventListener("drop", (event) => {
  const on = card(event);
  const input = on?.querySelector("input[type=file]");
  if (!input || !event.dataTransfer.files.length) return;
  event.preventDefault();
  on.classList.remove("over");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
