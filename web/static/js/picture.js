// The page picture: shown upright, zoomed and panned, one field marked.

import { turnedBox, turnedSize, turningMatrix } from "./turning.js";

const MARK_MARGIN = 5;
const STEP = 1.25;

export class Picture {
  constructor(pane) {
    this.pane = pane;
    this.layer = pane.querySelector("[data-layer]");
    this.image = pane.querySelector("[data-image]");
    this.mark = pane.querySelector("[data-mark]");
    this.output = pane.querySelector("[data-zoom]");
    this.page = null;
    this.box = null;
    this.extraTurn = 0;
    // What the person zoomed by hand stays with them from field to field.
    this.factor = 1;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.listen();
  }

  listen() {
    this.pane.addEventListener("wheel", (event) => this.wheel(event), {
      passive: false,
    });
    this.pane.addEventListener("pointerdown", (event) => this.drag(event));
    this.watcher = new ResizeObserver(() => this.frame());
    this.watcher.observe(this.pane);
  }

  get turn() {
    return ((this.page?.turn ?? 0) + this.extraTurn) % 360;
  }

  show(page, box = null) {
    if (this.page?.id !== page.id) {
      this.page = page;
      this.extraTurn = 0;
      this.image.src = page.url;
      this.layOut();
    }
    this.box = box;
    this.frame();
  }

  layOut() {
    const { width, height } = this.page;
    const [w, h] = turnedSize(width, height, this.turn);
    this.layer.style.width = `${w}px`;
    this.layer.style.height = `${h}px`;
    this.image.width = width;
    this.image.height = height;
    const matrix = turningMatrix(width, height, this.turn).join(",");
    this.image.style.transform = `matrix(${matrix})`;
  }

  frame() {
    if (!this.page) return;
    const pane = this.pane.getBoundingClientRect();
    if (!this.box) {
      this.mark.hidden = true;
      this.whole();
      return;
    }
    const { width, height, dpi } = this.page;
    const [x, y, w, h] = turnedBox(this.box, width, height, this.turn);
    this.placeMark(x, y, w, h);
    // Readable, and with enough around the field to see where on the form it stands.
    const readable = Math.min((0.5 * pane.width) / w, (0.26 * pane.height) / h);
    const limit = (1.2 * 200) / (dpi || 200);
    this.scale = Math.min(readable, limit) * this.factor;
    this.x = pane.width / 2 - (x + w / 2) * this.scale;
    this.y = pane.height / 2 - (y + h / 2) * this.scale;
    this.apply();
  }

  placeMark(x, y, w, h) {
    this.mark.hidden = false;
    this.mark.style.left = `${x - MARK_MARGIN}px`;
    this.mark.style.top = `${y - MARK_MARGIN}px`;
    this.mark.style.width = `${w + 2 * MARK_MARGIN}px`;
    this.mark.style.height = `${h + 2 * MARK_MARGIN}px`;
  }

  whole() {
    const pane = this.pane.getBoundingClientRect();
    const [w, h] = turnedSize(this.page.width, this.page.height, this.turn);
    this.scale = 0.96 * Math.min(pane.width / w, pane.height / h);
    this.x = (pane.width - w * this.scale) / 2;
    this.y = (pane.height - h * this.scale) / 2;
    this.apply();
  }

  apply() {
    this.layer.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    // The mark's line stays as thin at every zoom.
    this.mark.style.borderWidth = `${Math.max(1, 2.5 / this.scale)}px`;
    const shown = (this.scale * 200) / (this.page.dpi || 200);
    if (this.output) this.output.textContent = `${Math.round(shown * 100)} %`;
  }

  zoom(direction) {
    const pane = this.pane.getBoundingClientRect();
    this.zoomAt(direction, pane.width / 2, pane.height / 2);
  }

  zoomAt(direction, atX, atY) {
    const by = direction > 0 ? STEP : 1 / STEP;
    const scale = Math.min(8, Math.max(0.05, this.scale * by));
    const real = scale / this.scale;
    this.factor *= real;
    this.scale = scale;
    this.x = atX - (atX - this.x) * real;
    this.y = atY - (atY - this.y) * real;
    this.apply();
  }

  toField() {
    this.factor = 1;
    this.frame();
  }

  rotate() {
    this.extraTurn = (this.extraTurn + 90) % 360;
    this.layOut();
    this.frame();
  }

  pan(columns, rows) {
    const pane = this.pane.getBoundingClientRect();
    this.x -= columns * pane.width * 0.2;
    this.y -= rows * pane.height * 0.2;
    this.apply();
  }

  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey) {
      const pane = this.pane.getBoundingClientRect();
      this.zoomAt(-event.deltaY, event.clientX - pane.left, event.clientY - pane.top);
      return;
    }
    this.x -= event.deltaX;
    this.y -= event.deltaY;
    this.apply();
  }

  drag(event) {
    if (event.target.closest(".tools") || event.button !== 0) return;
    const from = { x: event.clientX - this.x, y: event.clientY - this.y };
    const move = (moved) => {
      this.x = moved.clientX - from.x;
      this.y = moved.clientY - from.y;
      this.apply();
    };
    const stop = () => {
      this.pane.classList.remove("direct");
      this.pane.removeEventListener("pointermove", move);
    };
    this.pane.classList.add("direct");
    this.pane.setPointerCapture(event.pointerId);
    this.pane.addEventListener("pointermove", move);
    this.pane.addEventListener("pointerup", stop, { once: true });
    this.pane.addEventListener("pointercancel", stop, { once: true });
  }

  close() {
    this.watcher.disconnect();
  }
}

// The buttons under a picture and the keys over it do the same.
export function pictureActs(picture) {
  return {
    "zoom-in": () => picture.zoom(1),
    "zoom-out": () => picture.zoom(-1),
    "zoom-field": () => picture.toField(),
    "zoom-page": () => picture.whole(),
    turn: () => picture.rotate(),
  };
}

const PAN = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

// Returns whether the key was meant for the picture.
export function pictureKey(picture, event) {
  if (PAN[event.key]) picture.pan(...PAN[event.key]);
  else if (event.key === "+" || event.key === ";" || event.key === "=") picture.zoom(1);
  else if (event.key === "-") picture.zoom(-1);
  else if (event.key === "0") picture.toField();
  else if (event.key.toLowerCase() === "r") picture.rotate();
  else return false;
  event.preventDefault();
  return true;
}
