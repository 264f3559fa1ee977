// Every act of the review page by key.

import { pictureKey } from "./picture.js";

const ALT = {
  KeyP: (desk) => desk.onAside(),
  KeyH: (desk) => desk.onReturn(),
  KeyU: (desk) => desk.mark("unreadable"),
  KeyB: (desk) => desk.mark("blank"),
  KeyS: (desk) => desk.mark("struck"),
  KeyA: (desk) => desk.rows.unfold(),
  KeyC: (desk) => desk.decide(),
  KeyD: (desk) => desk.ditto(),
  KeyL: (desk) => desk.onReopen(),
  KeyT: (desk) => desk.takeOverHere(),
  KeyV: (desk) => desk.variants.open(),
  KeyZ: (desk) => desk.takeBack(),
  KeyW: (desk) => desk.waiveHere(),
};

// On the ten-key, for fields of digits, no other hand is needed.
const KEYPAD = {
  NumpadAdd: (desk) => desk.bench.step(1),
  NumpadSubtract: (desk) => desk.mark("unreadable"),
  NumpadDivide: (desk) => desk.back(),
  NumpadMultiply: (desk) => desk.mark("blank"),
  NumpadDecimal: (desk) => desk.ditto(),
};

// A key held down repeats itself: only what changes nothing may follow it.
const HARMLESS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "+", "-"]);

export function handleKey(desk, event) {
  // While the input method composes, its keys are its own.
  if (event.isComposing || event.keyCode === 229) return;
  if (document.querySelector("dialog[open]")) return;
  const isAct = event.altKey || event.key === "Enter" || KEYPAD[event.code];
  if (event.repeat && isAct && !HARMLESS.has(event.key)) return event.preventDefault();
  if (event.key === "?" || event.key === "F1") return act(event, () => desk.help());
  if (event.key === "F6") return act(event, () => desk.nextPane(event.shiftKey));
  if (event.key === "Enter" && event.ctrlKey) return act(event, () => desk.finish());
  if (event.altKey && !event.ctrlKey) return altKey(desk, event);
  if (event.target === desk.bench.input) return inputKey(desk, event);
  if (event.target === desk.pane) pictureKey(desk.picture, event);
}

function altKey(desk, event) {
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit) return act(event, () => desk.bench.take(Number(digit[1]) - 1));
  if (ALT[event.code]) return act(event, () => ALT[event.code](desk));
  pictureKey(desk.picture, event);
}

function inputKey(desk, event) {
  const numeric = desk.bench.field.keys === "numeric";
  if (numeric && KEYPAD[event.code]) return act(event, () => KEYPAD[event.code](desk));
  if (event.key === "Enter" && event.shiftKey) return act(event, () => desk.back());
  if (event.key === "Enter") return act(event, () => desk.accept());
  if (event.key === "Escape") return act(event, () => desk.bench.undo());
  if (event.key === "Tab") return act(event, () => desk.walk(event.shiftKey ? -1 : 1));
  if (event.key === "ArrowDown") return act(event, () => desk.bench.step(1));
  if (event.key === "ArrowUp") return act(event, () => desk.bench.step(-1));
}

function act(event, deed) {
  event.preventDefault();
  deed();
}
