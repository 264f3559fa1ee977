// The workbench: one field at a time, always in the same place under the eyes.

import { drawCrop } from "./crop.js";
import { SameHand } from "./hand.js";
import { meaningOf } from "./meaning.js";
import { typeKana } from "./romaji.js";
import { say } from "./texts.js";
import { hasForms } from "./variants.js";

const STATE_WITH_VALUE = new Set(["read", "ditto"]);

export class Bench {
  constructor(element, { eras, digits, picture, onTyped }) {
    this.element = element;
    this.eras = eras;
    this.picture = picture;
    this.onTyped = onTyped;
    this.find = (name) => element.querySelector(`[data-${name}]`);
    this.input = this.find("value");
    this.field = null;
    this.state = "read";
    this.hand = new SameHand(this.find("hand"), digits);
    this.input.addEventListener("input", (event) => this.entered(event));
    // What an input method wrote ends with this event, in some browsers the last one.
    this.input.addEventListener("compositionend", () => this.typed());
    picture.image.addEventListener("load", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.find("crop"));
  }

  show(field) {
    this.field = field;
    this.element.dataset.keys = field.keys;
    this.find("item").textContent = field.item;
    this.find("label").textContent = field.label;
    this.showStanding();
    this.input.inputMode = field.keys;
    this.input.dataset.field = field.name;
    this.state = field.state;
    this.input.value = field.draft ?? field.writing;
    if (field.draft !== undefined) this.state = "read";
    this.showAnswers();
    this.showAbove();
    this.showState();
    this.showMeaning(field.refusal);
    this.draw();
  }

  showAbove() {
    const { above } = this.field;
    this.button("ditto").hidden = !above;
    this.find("above").textContent = above?.shown ?? "";
  }

  button(deed) {
    return this.element.querySelector(`[data-do="${deed}"]`);
  }

  // Settled is not enough while a rule still objects to what was settled.
  showStanding() {
    const { flag, settled, standing } = this.field;
    const wrong = settled && flag === "error";
    this.find("standing").textContent = wrong ? say("error_left") : standing;
    this.find("standing").className = `tag ${wrong ? "bad" : settled ? "good" : "warn"}`;
  }

  // Whoever wants to finish is told why it does not go on.
  sayWhatIsLeft() {
    const left = this.field.flag === "error" ? "solve_error" : "settle_first";
    this.showMeaning(this.field.refusal ?? say(left));
  }

  // After a save the field may be shown again while the person is elsewhere.
  takeFocus() {
    this.input.focus({ preventScroll: true });
    this.input.select();
  }

  get changed() {
    return this.input.value !== this.field.writing || this.state !== this.field.state;
  }

  get keepsValue() {
    return STATE_WITH_VALUE.has(this.state);
  }

  // What Enter says about the field: nothing typed means that nothing is written.
  answer() {
    if (this.field.type === "kana" && this.changed) typeKana(this.input, { whole: true });
    const value = this.input.value.trim();
    if (!this.changed) return { act: "accept" };
    if (!value && this.keepsValue) return { act: "settle", state: "blank", value: "" };
    if (!this.keepsValue) return { act: "settle", state: this.state, value: "" };
    return { act: "settle", state: this.state, value };
  }

  entered(event) {
    if (this.field.type === "kana" && !event.isComposing) typeKana(this.input);
    this.typed();
  }

  typed() {
    this.field.draft = this.input.value;
    this.state = "read";
    this.showState();
    this.showMeaning();
    this.showChosen();
    this.onTyped(this.field, this.input.value);
  }

  write(text) {
    this.input.value = text;
    this.typed();
    this.input.focus();
  }

  // False where nothing stands above that could be repeated.
  repeatAbove() {
    if (!this.field.above) return false;
    this.write(this.field.above.writing);
    this.state = "ditto";
    return true;
  }

  setState(state) {
    this.state = this.state === state ? "read" : state;
    this.input.value = this.state === "read" ? this.field.writing : "";
    delete this.field.draft;
    this.showState();
    this.showMeaning();
    this.showChosen();
  }

  undo() {
    delete this.field.draft;
    this.show(this.field);
    this.takeFocus();
  }

  take(index) {
    const candidate = this.field.candidates[index];
    if (!candidate) return;
    this.write(candidate.writing);
  }

  step(direction) {
    const all = this.field.candidates;
    if (!all.length) return;
    const now = all.findIndex((one) => one.writing === this.input.value);
    this.take((now + direction + all.length) % all.length);
  }

  showState() {
    for (const button of this.element.querySelectorAll("[data-state]")) {
      const pressed = button.dataset.state === this.state;
      button.setAttribute("aria-pressed", String(pressed));
    }
    this.input.placeholder = this.keepsValue ? "" : say(`state_${this.state}`);
  }

  showMeaning(refusal) {
    const typed = this.input.value;
    this.element.dataset.length =
      typed.length > 24 ? "very-long" : typed.length > 14 ? "long" : "short";
    this.button("variants").hidden = this.field.keys === "numeric" || !hasForms(typed);
    const same = typed === this.field.writing && this.field.meaning;
    const found = meaningOf(this.field, typed, this.eras);
    const line = this.find("meaning");
    line.textContent = refusal ?? (same && !found.wrong ? this.field.meaning : found.text);
    line.classList.toggle("wrong", Boolean(refusal) || found.wrong);
  }

  showAnswers() {
    const make = (candidate, index) => this.candidateButton(candidate, index);
    this.find("answers").replaceChildren(...this.field.candidates.slice(0, 9).map(make));
    this.showChosen();
  }

  candidateButton(candidate, index) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "candidate";
    button.dataset.candidate = String(index);
    button.dataset.testid = `candidate-${index + 1}`;
    const key = document.createElement("kbd");
    key.textContent = String(index + 1);
    const said = document.createElement("span");
    said.className = "said";
    said.append(...differing(this.field.candidates[0].shown, candidate.shown));
    const share = document.createElement("span");
    share.className = "share";
    share.textContent = candidate.share;
    button.append(key, said, share);
    return button;
  }

  showChosen() {
    for (const button of this.element.querySelectorAll("[data-candidate]")) {
      const candidate = this.field.candidates[Number(button.dataset.candidate)];
      const chosen = this.keepsValue && candidate.writing === this.input.value;
      button.setAttribute("aria-pressed", String(chosen));
    }
  }

  draw() {
    if (!this.field) return;
    const { image, page, turn } = this.picture;
    drawCrop(this.find("crop"), image, page, this.field.box, turn);
    this.hand.show(this.field, this.picture);
  }
}

// The text in three parts, the one in which it differs from the first candidate marked.
function differing(first, text) {
  if (first === text) return [text];
  const [a, b] = [[...first], [...text]];
  let start = 0;
  while (start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  const most = Math.min(a.length, b.length) - start;
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const middle = b.slice(start, b.length - end).join("");
  if (!middle || start + end === 0) return [text];
  const mark = document.createElement("mark");
  mark.textContent = middle;
  return [b.slice(0, start).join(""), mark, b.slice(b.length - end).join("")];
}
