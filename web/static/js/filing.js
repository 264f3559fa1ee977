// A filing's picture beside its values: a row shows where on the page it stands.

import { Picture, pictureActs, pictureKey } from "./picture.js";

const pane = document.querySelector("[data-picture]");
const pages = JSON.parse(pane.dataset.pages);
const picture = new Picture(pane);
const acts = pictureActs(picture);

function showPage(id, box = null) {
  const page = pages.find((one) => String(one.id) === String(id)) ?? pages[0];
  if (!page) return;
  picture.show(page, box);
  for (const button of pane.querySelectorAll("[data-page]")) {
    button.setAttribute("aria-pressed", String(button.dataset.page === String(page.id)));
  }
}

function point(row) {
  for (const other of document.querySelectorAll("tr[aria-current]")) {
    other.removeAttribute("aria-current");
  }
  row.setAttribute("aria-current", "true");
  showPage(row.dataset.page, row.dataset.box.split(" ").map(Number));
}

pane.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.page) showPage(button.dataset.page);
  else acts[button.dataset.do]?.();
});
pane.addEventListener("keydown", (event) => {
  if (!event.target.closest(".tools")) pictureKey(picture, event);
});

for (const row of document.querySelectorAll("[data-points-at]")) {
  row.addEventListener("click", (event) => {
    if (!event.target.closest("summary")) point(row);
  });
  row.addEventListener("focus", () => point(row));
}

showPage(pane.dataset.first);
