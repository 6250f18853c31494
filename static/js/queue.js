// The desk: the case that is open beside the queue is marked in it; where there is no room beside it, it gets the page.
function markOpenCase() {
  const open = document.querySelector("[data-case-shown]")?.dataset.caseShown;
  for (const link of document.querySelectorAll("[data-case]")) {
    if (link.dataset.case === open) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.detail.elt.closest("a[data-case]");
  if (!link || getComputedStyle(document.getElementById("case")).display !== "none") return;
  event.preventDefault();
  location.assign(link.href);
});
document.addEventListener("htmx:afterSettle", markOpenCase);
document.addEventListener("htmx:historyRestore", markOpenCase);
markOpenCase();
