// The cut of the Pareto curve: the slider (or a drag on the drawing) moves it, and the figures beside change with it.
// Every figure was written out by the server for each cut; without script the form asks for one.
const NAMES = ["customers", "sales", "money", "contribution", "rest", "says"];
const form = document.querySelector("[data-pareto]");

if (form) {
  const cuts = JSON.parse(form.dataset.cuts);
  const [left, right] = [Number(form.dataset.left), Number(form.dataset.right)];
  const slider = form.querySelector("input[type=range]");
  const drawing = form.querySelector("svg.r-cut-fig");
  const line = drawing.querySelector(".r-cut-line");

  const show = () => {
    const cut = Number(slider.value);
    const figures = Object.fromEntries(NAMES.map((name, place) => [name, cuts[cut - 1][place]]));
    const x = left + (cut / 100) * (right - left);
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    for (const place of form.querySelectorAll("[data-cut]")) place.textContent = figures[place.dataset.cut];
    slider.setAttribute("aria-valuetext", figures.says);
    drawing.setAttribute("aria-label", figures.says);
  };

  const remember = () => {
    const address = new URL(window.location.href);
    address.searchParams.set("cut", slider.value);
    window.history.replaceState(window.history.state, "", address);
  };

  const follow = (event) => {
    const place = drawing.getBoundingClientRect();
    const x = ((event.clientX - place.left) / place.width) * drawing.viewBox.baseVal.width;
    slider.value = Math.round((100 * (x - left)) / (right - left));
    show();
  };

  slider.addEventListener("input", show);
  slider.addEventListener("change", remember);
  drawing.addEventListener("pointerdown", (event) => {
    drawing.setPointerCapture(event.pointerId);
    follow(event);
  });
  drawing.addEventListener("pointermove", (event) => {
    if (drawing.hasPointerCapture(event.pointerId)) follow(event);
  });
  drawing.addEventListener("pointerup", remember);
}
