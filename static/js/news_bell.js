// The bell of a page that stays open: twice a minute, while somebody can see it, the page asks whether its number changed.
const EVERY_SECONDS = 30;
let askedAt = Date.now();

async function ask() {
  const bell = document.querySelector("[data-bell]");
  if (!bell || document.hidden || Date.now() - askedAt < EVERY_SECONDS * 1000) return;
  askedAt = Date.now();
  const answer = await fetch(bell.dataset.bell, { headers: { "X-Unasked": "1" }, redirect: "manual" }).catch(() => null);
  if (answer?.status !== 200) return; // nothing new, or gone: the next page says so
  const held = document.activeElement === bell;
  bell.outerHTML = await answer.text();
  if (held) document.querySelector("[data-bell]").focus({ preventScroll: true });
}

setInterval(ask, 5000);
document.addEventListener("visibilitychange", ask);
