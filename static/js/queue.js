// The desk: the case that is open beside the queue is marked in it.
function markOpenCase() {
  const open = document.querySelector("[data-case-shown]")?.dataset.caseShown;
  for (const link of document.querySelectorAll("[data-case]")) {
    const isOpen = link.dataset.case === open;
    link.toggleAttribute("aria-current", isOpen);
    if (isOpen) link.setAttribute("aria-current", "true");
  }
}

document.addEventListener("htmx:afterSettle", markOpenCase);
document.addEventListener("htmx:historyRestore", markOpenCase);
markOpenCase();
