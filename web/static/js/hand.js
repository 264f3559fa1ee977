// Beside a doubtful digit: what else the same hand wrote on the sheet, by digit.

import { drawBox } from "./crop.js";

export class SameHand {
  constructor(strip, digits) {
    this.strip = strip;
    this.place = strip.querySelector("[data-hand-digits]");
    this.digits = digits;
  }

  // Only what the candidates disagree about is worth a look.
  show(field, picture) {
    const wanted = field.settled ? [] : disputed(field.candidates);
    const here = this.digits.filter((one) => one.page_id === field.page_id);
    const groups = wanted
      .map((digit) => [digit, here.filter((one) => one.digit === digit)])
      .filter(([, found]) => found.length);
    this.strip.hidden = groups.length === 0;
    this.place.replaceChildren(...groups.map((group) => this.group(...group)));
    this.draw(picture);
  }

  group(digit, found) {
    const element = document.createElement("span");
    element.className = "digit";
    element.dataset.digit = digit;
    const name = document.createElement("b");
    name.textContent = digit;
    const crops = found.map((one) => {
      const canvas = document.createElement("canvas");
      canvas.box = one.box;
      return canvas;
    });
    element.append(name, ...crops);
    return element;
  }

  draw({ image, page, turn }) {
    if (this.strip.hidden) return;
    for (const canvas of this.place.querySelectorAll("canvas")) {
      drawBox(canvas, image, page, canvas.box, turn);
    }
  }
}

// The digits that stand at places where the candidates differ.
function disputed(candidates) {
  const [first, ...others] = candidates.map((one) => one.writing);
  const found = new Set();
  for (const other of others.filter((one) => one.length === first.length)) {
    [...other].forEach((digit, place) => {
      if (digit !== first[place]) found.add(first[place]).add(digit);
    });
  }
  return [...found].filter((one) => /\d/.test(one)).sort();
}
