// A file can be dropped on its field, and one that is too large is refused before it travels.
const form = document.querySelector("[data-upload]");
const input = form.querySelector("input[type=file]");
const drop = form.querySelector("[data-drop]");
const error = form.querySelector("[data-upload-error]");

function tooLarge() {
  const file = input.files[0];
  const large = Boolean(file) && file.size > Number(input.dataset.maxBytes);
  error.hidden = !large;
  error.textContent = large ? form.dataset.tooLarge : "";
  return large;
}

input.addEventListener("change", tooLarge);
form.addEventListener("submit", (event) => {
  if (!tooLarge()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  input.focus();
}, true);

for (const name of ["dragenter", "dragover"])
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  tooLarge();
});
