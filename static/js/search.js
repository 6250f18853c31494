// Search over any page: "/" opens it, results come as one types (htmx), arrows move, Enter opens, Alt L logs a contact
// with whom the chosen line is about, Alt C rings him. After ">" it offers commands.
const dialog = document.getElementById("search");

if (dialog) {
  const input = dialog.querySelector("input[name=q]");
  const results = dialog.querySelector("[data-search-results]");
  const words = document.getElementById("words").dataset;
  const options = () => [...results.querySelectorAll('[role="option"]')];
  const selected = () => results.querySelector('[aria-selected="true"]');

  function select(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) { input.removeAttribute("aria-activedescendant"); return; }
    option.id ||= `option-${options().indexOf(option)}`;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function open(start = "") {
    for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
    if (!dialog.open) dialog.showModal();
    input.value = start;
    input.focus();
    if (start.startsWith(">")) showCommands();
    else results.replaceChildren();
  }

  // Commands: the keys of the open row or page, the places, and what the account menu offers.
  function commands() {
    const row = document.querySelector("[data-row].on, [data-row][data-here]");
    const scope = row || document.getElementById("main");
    const name = (part) =>
      part.dataset.command || (part.dataset.key === "l" && words.log) || part.getAttribute("aria-label") || part.textContent.replace(/\s+\S$/, "").trim() ||
      part.title.replace(/\s*\(\S+\)$/, "");
    const found = [...scope.querySelectorAll("[data-key]:not([aria-disabled=true])")]
      .filter((part) => part.offsetParent !== null && !part.closest("form.r-log"))
      .map((part) => ({ name: name(part), key: part.dataset.key, run: () => part.click() }));
    const places = [...document.querySelectorAll(".r-nav a")].map((link) => ({
      name: link.firstChild.textContent.trim(),
      key: link.dataset.go ? `G ${link.dataset.go}` : "",
      run: () => link.click(),
    }));
    const log = document.querySelector("[data-log]");
    const others = [
      ...(log && !found.some(({ key }) => key === "l") ? [{ name: words.log, key: "L", run: () => log.click() }] : []),
      { name: words.theme, key: "", run: () => document.querySelector("[data-theme-toggle]").click() },
      { name: words.keys, key: "?", run: () => document.dispatchEvent(new CustomEvent("open-keys")) },
    ];
    return [...found, ...places, ...others];
  }

  function showCommands() {
    const wanted = input.value.slice(1).trim().toLowerCase();
    const list = document.createElement("div");
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", words.commands);
    for (const command of commands().filter(({ name }) => name.toLowerCase().includes(wanted))) {
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      const label = document.createElement("b");
      label.className = "grow";
      label.textContent = command.name;
      option.append(label);
      for (const key of command.key.split(" ").filter(Boolean)) {
        const cap = document.createElement("kbd");
        cap.textContent = key.toUpperCase();
        option.append(cap);
      }
      option.addEventListener("click", () => { dialog.close(); command.run(); });
      list.append(option);
    }
    results.replaceChildren(list);
    select(options()[0]);
  }

  // The log box opens over the page, not over the search: what is logged is about whom was found.
  function leaveSearch() {
    input.blur(); // or the log box, when it closes, would give the keyboard back to a field that nobody sees
    dialog.close();
  }

  function logContact(url) {
    leaveSearch();
    window.htmx.ajax("GET", `${url}?place=dialog`, { target: "#dialog", swap: "innerHTML" });
  }

  // As a click on its link would: the browser hands the number to the telephone.
  function call(number) {
    const link = document.createElement("a");
    link.href = `tel:${number}`;
    leaveSearch();
    link.click();
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-search-open]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("open-search", (event) => open(event.detail?.start));

  input.addEventListener("input", () => { if (input.value.startsWith(">")) showCommands(); });
  dialog.addEventListener("htmx:beforeRequest", (event) => {
    if (input.value.startsWith(">") || !input.value.trim()) {
      event.preventDefault();
      if (!input.value.trim()) results.replaceChildren();
    }
  });
  dialog.addEventListener("htmx:beforeSwap", (event) => {
    if (input.value.startsWith(">") || !input.value.trim()) event.detail.shouldSwap = false;
  });
  dialog.addEventListener("htmx:afterSwap", () => select(options()[0]));

  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(selected());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      select(all[(at + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length]);
    } else if (event.key === "Enter" && selected()) {
      event.preventDefault();
      selected().click();
    } else if (event.altKey && !event.ctrlKey && event.code === "KeyL" && selected()?.dataset.logUrl) {
      event.preventDefault();
      logContact(selected().dataset.logUrl);
    } else if (event.altKey && !event.ctrlKey && event.code === "KeyC" && selected()?.dataset.phone) {
      event.preventDefault();
      call(selected().dataset.phone);
    }
  });
  results.addEventListener("click", (event) => {
    if (event.target.closest("[hx-get], [href^='tel:']") && !event.ctrlKey && !event.metaKey) leaveSearch();
  });
  results.addEventListener("mousemove", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option && option !== selected()) select(option);
  });
}
