// One claimed item on the reviewer's desk: which field is in hand, what happens to it.

import { Bench } from "./bench.js";
import { DecisionDialog, WaiverDialog } from "./dialogs.js";
import { Picture, pictureActs } from "./picture.js";
import { Saving } from "./saving.js";

// An error must go or be waived; with a warning it is enough that somebody looked.
function needsPerson(field) {
  const warned = field.flag === "warning" && !field.by_person;
  return !field.settled || field.flag === "error" || warned;
}

export class Desk {
  constructor(root, { onFinished, onLeave }) {
    this.root = root;
    this.find = (name) => root.querySelector(`[data-${name}]`);
    this.task = JSON.parse(this.find("task").textContent);
    this.fields = this.task.fields;
    this.pane = this.find("picture");
    this.picture = new Picture(this.pane);
    this.bench = new Bench(this.find("bench"), {
      eras: this.task.eras,
      picture: this.picture,
    });
    this.saving = new Saving(this.find("saved"));
    this.saves = new Set();
    this.onFinished = onFinished;
    this.onLeave = onLeave;
    this.waiver = new WaiverDialog(this);
    this.decision = new DecisionDialog(this);
    this.acts = {
      ...pictureActs(this.picture),
      keys: () => this.help(),
      leave: () => this.onLeave(),
      finish: () => this.finish(),
      decide: () => this.decide(),
      "take-back": () => this.takeBack(),
    };
    this.listen();
    this.choose(this.fields.find(needsPerson) ?? this.fields[0]);
    this.count();
  }

  get address() {
    return `/review/${this.task.entry_id}`;
  }

  listen() {
    this.root.addEventListener("click", (event) => this.click(event));
    this.find("bench").addEventListener("submit", (event) => {
      event.preventDefault();
      this.accept();
    });
  }

  click(event) {
    const target = event.target.closest("button");
    if (!target || !this.root.contains(target)) return;
    const { field, go, candidate, page, state, waiveFinding } = target.dataset;
    if (target.dataset.do) this.acts[target.dataset.do]?.();
    else if (field ?? go) this.choose(this.named(field ?? go));
    else if (candidate) this.bench.take(Number(candidate));
    else if (page) this.showPage(Number(page));
    else if (state) this.mark(state);
    else if (waiveFinding) this.waiver.open(waiveFinding);
  }

  named(name) {
    return this.fields.find((field) => field.name === name);
  }

  row(field) {
    return this.root.querySelector(`[data-field="${field.name}"].row`);
  }

  // Choosing

  choose(field) {
    if (!field) return;
    this.current = field;
    for (const row of this.root.querySelectorAll(".row[aria-current]")) {
      row.removeAttribute("aria-current");
    }
    const row = this.row(field);
    const folded = row?.closest("details:not([open])");
    if (folded) folded.open = true;
    row?.setAttribute("aria-current", "true");
    row?.scrollIntoView({ block: "nearest" });
    this.showPage(field.page_id, field.box);
    this.bench.show(field);
    this.bench.takeFocus();
    this.showFindingsHere();
  }

  showPage(id, box = null) {
    const page = this.task.pages.find((one) => one.id === id);
    if (page) this.picture.show(page, box);
    for (const button of this.root.querySelectorAll("[data-page]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.page) === id));
    }
  }

  showFindingsHere() {
    for (const finding of this.root.querySelectorAll("[data-finding]")) {
      const names = finding.dataset.fields.split(" ");
      finding.classList.toggle("here", names.includes(this.current.name));
    }
  }

  walk(direction) {
    this.keep();
    // Only fields that are not folded away are walked through.
    const isOpen = (field) => !this.row(field)?.closest("details:not([open])");
    const fields = this.fields.filter(isOpen);
    const now = fields.indexOf(this.current);
    this.choose(fields[(now + direction + fields.length) % fields.length]);
  }

  next() {
    const now = this.fields.indexOf(this.current);
    const order = [...this.fields.slice(now + 1), ...this.fields.slice(0, now + 1)];
    const open = order.find((field) => needsPerson(field) && !field.pending);
    if (open) this.choose(open);
    else this.find("do=finish").focus();
    // Who is led to a field may be led on when nothing is left to do there.
    this.led = open ?? null;
  }

  leadOn() {
    const idle = this.led === this.current && !this.bench.changed;
    if (idle && !needsPerson(this.current)) this.next();
  }

  back() {
    this.keep();
    const done = this.trail?.pop();
    if (done) this.choose(done);
    else this.walk(-1);
  }

  // Acting on the field in hand

  accept() {
    const field = this.current;
    this.save(field, this.bench.answer());
    this.trail = [...(this.trail ?? []), field];
    this.next();
  }

  // Leaving a field keeps what was typed, but says nothing about what was only read.
  keep() {
    if (this.bench.changed) this.save(this.current, this.bench.answer());
  }

  mark(state) {
    this.bench.setState(state);
    if (this.bench.state === state) this.accept();
  }

  takeBack() {
    this.save(this.current, { act: "undo" });
  }

  decide() {
    this.decision.open(this.current);
  }

  save(field, answer) {
    const saved = this.send(field, answer);
    this.saves.add(saved);
    saved.finally(() => this.saves.delete(saved));
  }

  async send(field, answer) {
    delete field.draft;
    delete field.refusal;
    field.pending = true;
    this.row(field)?.setAttribute("data-done", "");
    this.count();
    const body = () => ({
      ...answer,
      fence: this.task.fence,
      expected_version: field.version,
    });
    try {
      const address = `${this.address}/fields/${encodeURIComponent(field.name)}`;
      this.apply(await this.saving.send(address, body));
    } catch (error) {
      this.refused(field, answer, error);
    }
  }

  apply({ fields, findings }) {
    this.find("trouble").hidden = true;
    for (const fresh of fields) {
      const field = this.named(fresh.name);
      const draft = field.draft;
      Object.assign(field, fresh, { pending: false });
      if (draft !== undefined) field.draft = draft;
      this.showRow(field);
    }
    this.find("findings").innerHTML = findings;
    this.showFindingsHere();
    this.count();
    // Not while somebody types in it: only a field that was saved itself is shown again.
    const shown = fields.some((fresh) => fresh.name === this.current.name);
    if (shown && !this.bench.changed) this.bench.show(this.current);
    this.leadOn();
  }

  showRow(field) {
    const row = this.row(field);
    if (!row) return;
    row.toggleAttribute("data-done", !needsPerson(field));
    if (field.flag) row.dataset.flag = field.flag;
    else delete row.dataset.flag;
    row.querySelector("[data-says]").textContent = field.shown || "–";
    row.querySelector("[data-how]").textContent = field.how;
  }

  refused(field, answer, error) {
    field.pending = false;
    field.draft = answer.value || undefined;
    this.showRow(field);
    this.count();
    if (error.code === "value_refused" || error.code === "nothing_to_undo") {
      field.refusal = error.message;
      this.choose(field);
    } else {
      this.trouble(error);
    }
  }

  trouble(error) {
    this.find("trouble-text").textContent = error.message;
    this.find("trouble").hidden = false;
  }

  waiveHere() {
    const button = this.root.querySelector(".finding.here [data-waive-finding]");
    if (button) this.waiver.open(button.dataset.waiveFinding);
  }

  async waive(finding, reason) {
    try {
      const body = () => ({ ...finding, fence: this.task.fence, reason });
      this.apply(await this.saving.send(`${this.address}/waivers`, body));
    } catch (error) {
      this.trouble(error);
    }
    this.next();
  }

  count() {
    const open = this.fields.filter((field) => needsPerson(field) && !field.pending);
    this.find("remaining").textContent = String(open.length);
    this.root.classList.toggle("all-settled", open.length === 0);
  }

  // The whole item

  async finish() {
    // Not only sent: what the answers changed must stand in the fields too.
    await Promise.all(this.saves);
    if (this.fields.some(needsPerson)) {
      this.next();
      this.bench.sayWhatIsLeft();
      return;
    }
    try {
      await this.saving.send(`${this.address}/finish`, () => ({ fence: this.task.fence }));
      this.onFinished();
    } catch (error) {
      this.trouble(error);
      this.next();
    }
  }

  help() {
    document.getElementById("keys").showModal();
  }

  unfold() {
    const folded = this.root.querySelector("details.read-rightly");
    if (folded) folded.open = !folded.open;
  }

  nextPane(backwards) {
    const row = this.row(this.current);
    const stops = [this.bench.input, this.pane, this.find("do=finish"), row];
    const now = stops.findIndex((stop) => stop?.contains(document.activeElement));
    const to = now + (backwards ? -1 : 1);
    stops.filter(Boolean)[(to + stops.length) % stops.length]?.focus();
  }

  close() {
    this.picture.close();
  }
}

