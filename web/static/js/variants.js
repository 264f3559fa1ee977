// Variant kanji of names: which forms there are, and what a CSV can carry of them.

import { aids } from "./aids.js";
import { say } from "./texts.js";

const groupOf = new Map();
for (const group of aids.variants ?? []) {
  for (const kanji of group) groupOf.set(kanji, [...group]);
}

export function formsOf(kanji) {
  return groupOf.get(kanji) ?? [];
}

export function hasForms(text) {
  return [...text].some((kanji) => groupOf.has(kanji));
}

// What forms.grammar says too: the usual form in place of what the set lacks.
export function carriedBy(text) {
  const lost = [...text].filter((one) => !isInSet(one));
  const carried = [...text].map((one) => (isInSet(one) ? one : usualIfIn(one)));
  return { text: carried.join(""), lost: lost.join("") };
}

function usualIfIn(kanji) {
  const usual = formsOf(kanji)[0] ?? plainCopyOf(kanji);
  return usual && isInSet(usual) ? usual : "";
}

// A compatibility ideograph stands for the kanji it copies.
function plainCopyOf(kanji) {
  return /[\uf900-\ufaff]/.test(kanji) ? kanji.normalize("NFKC") : "";
}

export function csvLine(text) {
  const { text: carried, lost } = carriedBy(text);
  return lost ? say("csv", { text: carried, lost }) : "";
}

// JIS X 0208, as the browser's own decoder spells it: levels 1 and 2 and the signs.
const LEADS = [[0x81, 0x84], [0x88, 0x9f], [0xe0, 0xea]];
// Signs that the decoder gives their full width, and the set does not.
const SPELT_OTHERWISE = new Map([
  ["\uff5e", "\u301c"], ["\u2225", "\u2016"], ["\uff0d", "\u2212"],
  ["\uffe0", "\u00a2"], ["\uffe1", "\u00a3"], ["\uffe2", "\u00ac"],
]);
let known = null;

function isInSet(one) {
  known ??= new Set(everything());
  return one.codePointAt(0) < 0x80 || known.has(one);
}

function* everything() {
  const decoder = new TextDecoder("shift_jis", { fatal: true });
  // What stands for a backslash and a tilde there, and kana of half width.
  yield* "\u00a5\u203e";
  for (let code = 0xff61; code <= 0xff9f; code += 1) yield String.fromCharCode(code);
  for (const [from, to] of LEADS) {
    for (let lead = from; lead <= to; lead += 1) yield* row(decoder, lead);
  }
}

function* row(decoder, lead) {
  for (let trail = 0x40; trail <= 0xfc; trail += 1) {
    const one = decoded(decoder, lead, trail);
    if (one) yield SPELT_OTHERWISE.get(one) ?? one;
  }
}

function decoded(decoder, lead, trail) {
  try {
    const one = decoder.decode(new Uint8Array([lead, trail]));
    return [...one].length === 1 ? one : "";
  } catch {
    return "";
  }
}

// The palette: one kanji of the name at a time, its forms large.
export class VariantsDialog {
  constructor(desk) {
    this.desk = desk;
    this.dialog = desk.find("variants");
    this.find = (name) => this.dialog.querySelector(`[data-variants-${name}]`);
    this.dialog.addEventListener("submit", () => this.confirm());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("click", (event) => this.click(event));
    const cancel = this.dialog.querySelector("[data-cancel]");
    cancel.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => desk.bench.takeFocus());
  }

  open() {
    this.name = [...this.desk.bench.input.value];
    this.places = this.name.flatMap((kanji, place) =>
      formsOf(kanji).length ? [place] : [],
    );
    if (!this.places.length) return;
    this.at = 0;
    this.show();
    this.dialog.showModal();
    this.find("forms").querySelector("[aria-selected=true]").focus();
  }

  get place() {
    return this.places[this.at];
  }

  key(event) {
    if (event.isComposing) return;
    const forms = formsOf(this.name[this.place]);
    const now = forms.indexOf(this.name[this.place]);
    const number = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (event.key === "ArrowRight") this.go(1);
    else if (event.key === "ArrowLeft") this.go(-1);
    else if (event.key === "ArrowDown") this.take((now + 1) % forms.length);
    else if (event.key === "ArrowUp") this.take((now - 1 + forms.length) % forms.length);
    else if (number) this.take(Number(number[1]) - 1);
    else if (event.key === "Enter") this.dialog.querySelector("form").requestSubmit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  click(event) {
    const form = event.target.closest("[data-form]");
    if (form) this.take(Number(form.dataset.form));
    const place = event.target.closest("[data-place]");
    if (place) this.goTo(Number(place.dataset.place));
  }

  go(by) {
    this.at = (this.at + by + this.places.length) % this.places.length;
    this.show();
  }

  goTo(place) {
    this.at = this.places.indexOf(place);
    this.show();
  }

  take(index) {
    const form = formsOf(this.name[this.place])[index];
    if (!form) return;
    this.name[this.place] = form;
    this.show();
  }

  show() {
    this.find("name").replaceChildren(...this.name.map((one, place) => this.kanji(one, place)));
    this.find("csv").textContent = csvLine(this.name.join("")) || say("csv_same");
    const now = this.name[this.place];
    const options = formsOf(now).map((form, index) => option(form, index, form === now));
    this.find("forms").replaceChildren(...options);
    if (this.dialog.open) this.find("forms").querySelector("[aria-selected=true]").focus();
  }

  kanji(one, place) {
    const part = document.createElement(this.places.includes(place) ? "b" : "span");
    part.textContent = one;
    if (this.places.includes(place)) part.dataset.place = String(place);
    part.classList.toggle("chosen", place === this.place);
    return part;
  }

  confirm() {
    this.desk.bench.write(this.name.join(""));
  }
}

function option(form, index, isNow) {
  const element = document.createElement("button");
  element.type = "button";
  element.dataset.form = String(index);
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", String(isNow));
  element.tabIndex = isNow ? 0 : -1;
  const code = `U+${form.codePointAt(0).toString(16).toUpperCase()}`;
  element.append(
    part("kbd", String(index + 1)),
    part("span", form, "glyph"),
    part("span", code, "code"),
    part("span", csvNote(form), "csv"),
  );
  return element;
}

function csvNote(form) {
  const { text, lost } = carriedBy(form);
  if (!lost) return say("csv_same");
  return text ? say("csv_as", { text }) : say("csv_lost");
}

function part(tag, text, name = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = name;
  return element;
}
