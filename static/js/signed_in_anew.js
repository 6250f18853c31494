// A page that was open while its reader signed in anew, in another tab, after the session had ended, can send again: what
// proves that a form is ours (its token) is fetched anew once the tab is looked at. A page of somebody else stays closed.
const SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"; // of which a token of Django is made
const HALF = 32;
const words = document.getElementById("words")?.dataset;
const say = (text) => document.dispatchEvent(new CustomEvent("toasts", { detail: { said: [{ text, error: true }] } }));

const tokenOf = (body) => JSON.parse(body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
const cookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || "";

// A token in a page is its secret moved on, sign by sign, by the half that stands before it.
function read(token) {
  if (token.length === HALF) return token;
  const move = (sign, by) => SIGNS[(SIGNS.indexOf(sign) - SIGNS.indexOf(by) + SIGNS.length) % SIGNS.length];
  return [...token.slice(HALF)].map((sign, place) => move(sign, token[place])).join("");
}

const isOld = () => cookie() !== "" && read(cookie()) !== read(tokenOf(document.body));
let asked = ""; // once for each sign-in

async function renew() {
  const { user } = document.body.dataset;
  if (!user || !isOld() || asked === cookie()) return;
  asked = cookie();
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) { asked = ""; return; }
  const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (body.dataset.user !== user) return;
  document.body.setAttribute("hx-headers", body.getAttribute("hx-headers"));
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = tokenOf(body);
}

for (const name of ["focus", "pageshow"]) addEventListener(name, renew);
for (const name of ["visibilitychange", "focusin"]) document.addEventListener(name, renew);

document.addEventListener("htmx:responseError", async (event) => {
  const { status, responseText } = event.detail.xhr;
  if (status !== 403 || !responseText.includes("data-too-old")) return;
  await renew();
  say(isOld() ? words.tooOld : words.onceMore);
});
