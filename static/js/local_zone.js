// Proposes the time zone of this machine, as long as nobody has chosen one.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const select of document.querySelectorAll("select[data-local-zone]"))
  if (select.value === "UTC" && [...select.options].some((option) => option.value === zone)) select.value = zone;
