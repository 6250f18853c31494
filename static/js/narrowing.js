// A field that narrows what stands with it: the rows (their selector is data-narrow) of its card or form that hold every
// word typed, with or without accents. What is ticked in a row that is hidden stays ticked.
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function narrow(field) {
  const place = field.closest("section, fieldset, form");
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  const rows = [...place.querySelectorAll(field.dataset.narrow)];
  for (const row of rows) {
    const told = fold((row.querySelector("label") || row).textContent);
    row.hidden = !words.every((word) => told.includes(word));
  }
  if (words.length) for (const part of place.querySelectorAll("details")) part.open = true;
  const said = field.parentElement.querySelector("output");
  const left = rows.filter((row) => !row.hidden).length;
  said.textContent = words.length ? said.dataset.said.replace("{n}", left).replace("{all}", rows.length) : "";
}

function show() {
  for (const part of document.querySelectorAll(".r-narrow[hidden]")) part.hidden = false;
}

document.addEventListener("input", (event) => { if (event.target.matches("[data-narrow]")) narrow(event.target); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-narrow]")) event.preventDefault();
});
document.addEventListener("htmx:afterSettle", show);
show();
