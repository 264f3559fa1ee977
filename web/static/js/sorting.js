// The scanning desk: one page is current, some are picked, each act goes to the server.

import { Problem, get, post, useToken } from "./server.js";
import { say } from "./texts.js";
import { SortingDialogs } from "./sorting_dialogs.js";
import { handleSortingKey } from "./sorting_keys.js";
import { followDrags } from "./sorting_drag.js";

const LOOK_AGAIN_MS = 1500;

class SortingDesk {
  constructor(root) {
    this.root = root;
    this.part = root.querySelector("[data-part=bundle]");
    this.said = root.querySelector("[data-part=said]");
    this.picked = new Set();
    this.cut = [];
    this.replacing = null;
    this.busy = Promise.resolve();
    this.dialogs = new SortingDialogs(this);
    useToken(root.dataset.csrf);
    this.place(0);
    this.follow();
  }

  get head() {
    return this.part.querySelector("[data-bundle]");
  }

  get address() {
    return `/sorting/${this.head.dataset.bundle}`;
  }

  get items() {
    return [...this.part.querySelectorAll("[data-page]")];
  }

  get current() {
    return this.items[this.at];
  }

  idOf(item) {
    return Number(item.dataset.page);
  }

  // What an act is about: the picked pages, else the current one.
  targets() {
    if (this.picked.size) return [...this.picked];
    return this.current ? [this.idOf(this.current)] : [];
  }

  place(at, { extend = false } = {}) {
    const last = this.items.length - 1;
    const from = this.at;
    this.at = Math.max(0, Math.min(last, at));
    if (extend) {
      const [low, high] = [Math.min(from, this.at), Math.max(from, this.at)];
      for (const item of this.items.slice(low, high + 1)) this.picked.add(this.idOf(item));
    }
    this.paint();
    this.current?.focus();
    this.current?.scrollIntoView({ block: "nearest" });
  }

  step(by, extend) {
    this.place(this.at + by, { extend });
  }

  stepRow(rows, extend) {
    const tops = this.items.map((item) => item.offsetTop);
    const across = tops.filter((top) => top === tops[0]).length;
    this.step(rows * across, extend);
  }

  pick() {
    // A medium may have no papers.
    if (!this.current) return;
    const id = this.idOf(this.current);
    if (!this.picked.delete(id)) this.picked.add(id);
    this.paint();
  }

  pickAll() {
    for (const item of this.items) this.picked.add(this.idOf(item));
    this.paint();
  }

  drop() {
    this.picked.clear();
    this.cut = [];
    this.replacing = null;
    this.tell("");
    this.paint();
  }

  paint() {
    this.items.forEach((item, place) => {
      const id = this.idOf(item);
      item.setAttribute("aria-current", String(place === this.at));
      item.setAttribute("aria-selected", String(this.picked.has(id)));
      item.tabIndex = place === this.at ? 0 : -1;
      item.classList.toggle("cut", this.cut.includes(id) || this.replacing === id);
    });
  }

  tell(text) {
    this.said.textContent = text;
  }

  takeUp() {
    this.cut = this.targets();
    this.tell(say("sort_cut"));
    this.paint();
  }

  layDown() {
    const pages = this.cut;
    this.cut = [];
    if (pages.length && this.current) this.act("move", { pages, before: this.idOf(this.current) });
  }

  replace() {
    if (!this.current) return;
    const id = this.idOf(this.current);
    if (this.replacing === null) {
      this.replacing = id;
      this.tell(say("sort_replacing"));
      this.paint();
      return;
    }
    const old = this.replacing;
    this.replacing = null;
    this.act("replace", { pages: [old], by: id });
  }

  joinBefore() {
    const into = Number(this.head.dataset.before);
    if (into) this.act("join", { into });
  }

  walk(name) {
    const there = this.head.dataset[name];
    if (there) location.assign(`/sorting/${there}`);
  }

  // One act after the other, so that quick keys never overtake each other.
  act(name, values = {}) {
    const body = { act: name, pages: this.targets(), ...values };
    this.busy = this.busy.then(() => this.send(body));
    return this.busy;
  }

  async send(body) {
    try {
      const answer = await post(`${this.address}/acts`, body);
      if (answer.goes_to) return location.assign(`/sorting/${answer.goes_to}`);
      this.picked.clear();
      this.tell("");
      this.show(answer);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.tell(error.message);
    }
  }

  show(answer) {
    this.part.innerHTML = answer.html;
    this.place(this.at);
  }

  // Pages are sorted and read by workers: the desk shows what became of them.
  async follow() {
    for (;;) {
      await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
      if (document.hidden || !this.head.dataset.pending) continue;
      if (document.querySelector("dialog[open]")) continue;
      this.busy = this.busy.then(async () => {
        const answer = await get(`${this.address}/pages`).catch(() => null);
        if (answer) this.show(answer);
      });
      await this.busy;
    }
  }
}

const desk = new SortingDesk(document.querySelector("main.sort"));
document.addEventListener("keydown", (event) => handleSortingKey(desk, event));
desk.part.addEventListener("click", (event) => {
  const item = event.target.closest("[data-page]");
  if (!item) return;
  desk.place(desk.items.indexOf(item), { extend: event.shiftKey });
  if (event.ctrlKey || event.metaKey) desk.pick();
});
followDrags(desk);
desk.root.dataset.ready = "yes";
