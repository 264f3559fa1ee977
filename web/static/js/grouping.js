// Many readings of one kind: what looks right is confirmed at once, what does not is marked.

import { post, postWhileLeaving, Problem, useToken } from "./server.js";
import { say } from "./texts.js";

const root = document.querySelector("main.grouping");
const find = (name) => root.querySelector(`[data-${name}]`);
const pieces = [...root.querySelectorAll("[data-item]")];
let sent = false;

function isMarked(piece) {
  return piece.getAttribute("aria-pressed") === "true";
}

function mark(piece) {
  piece.setAttribute("aria-pressed", String(!isMarked(piece)));
  find("wrong").textContent = String(pieces.filter(isMarked).length);
}

async function confirm() {
  if (sent) return;
  sent = true;
  const verdicts = pieces.map((piece) => ({ item: piece.dataset.item, correct: !isMarked(piece) }));
  try {
    await post("/groups/lot", { verdicts });
    // The same address gives the next lot.
    location.reload();
  } catch (error) {
    sent = false;
    find("trouble").textContent = error instanceof Problem ? error.message : say("lot_offline");
    find("trouble").hidden = false;
  }
}

// How many pieces stand in one row of the grid, as it is laid out now.
function perRow() {
  const top = pieces[0].offsetTop;
  return pieces.filter((piece) => piece.offsetTop === top).length;
}

const STEPS = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: perRow,
  ArrowUp: () => -perRow(),
};

function handleKey(event) {
  if (event.key === "Enter" && event.ctrlKey) return act(event, confirm);
  const here = pieces.indexOf(document.activeElement);
  if (here < 0) return undefined;
  if (event.key === "x" || event.key === "X") return act(event, () => mark(pieces[here]));
  const step = STEPS[event.key];
  return step ? act(event, () => pieces[here + step()]?.focus()) : undefined;
}

function act(event, call) {
  event.preventDefault();
  call();
}

for (const piece of pieces) piece.addEventListener("click", () => mark(piece));
find("confirm").addEventListener("click", confirm);
document.addEventListener("keydown", handleKey);
window.addEventListener("pagehide", () => {
  const items = pieces.map((piece) => piece.dataset.item).join(" ");
  if (!sent) postWhileLeaving("/groups/release", { items });
});

useToken(root.dataset.csrf);
pieces[0].focus();
