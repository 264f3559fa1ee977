// What every page can do: open and close dialogs, show files chosen, follow the work.

import { forgetDrafts } from "./drafts.js";

// What somebody typed is not for the next person at the same browser.
const PERSON = "kamizero.person";
const { person } = document.body.dataset;
if (person && sessionStorage.getItem(PERSON) !== person) {
  forgetDrafts();
  sessionStorage.setItem(PERSON, person);
}
for (const form of document.querySelectorAll("form[data-logout]")) {
  form.addEventListener("submit", () => forgetDrafts());
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) document.getElementById(closer.dataset.closes).close();
});

// A button pressed twice must not send a form twice.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const area of document.querySelectorAll("[data-drop]")) {
  const input = area.querySelector("input[type=file]");
  const list = area.querySelector("[data-chosen]");
  const show = () => {
    const rows = [...input.files].map((file) => {
      const row = document.createElement("li");
      row.textContent = `${file.name} · ${Math.ceil(file.size / 1024).toLocaleString()} KB`;
      return row;
    });
    list.replaceChildren(...rows);
  };
  input.addEventListener("change", show);
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    input.files = event.dataTransfer.files;
    show();
  });
}

// While papers are being read, the page shows how far they are.
const LOOK_AGAIN_MS = 3000;

async function lookAgain() {
  const main = document.querySelector("main[data-live]");
  if (!main) return;
  const answer = document.hidden ? null : await fetch(location).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    main.replaceWith(fresh.querySelector("main"));
  }
  setTimeout(lookAgain, LOOK_AGAIN_MS);
}

setTimeout(lookAgain, LOOK_AGAIN_MS);
