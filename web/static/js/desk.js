// One claimed item on the reviewer's desk: which field is in hand, what happens to it.

import { Bench } from "./bench.js";
import { DecisionDialog, WaiverDialog } from "./dialogs.js";
import { Drafts } from "./drafts.js";
import { Picture, pictureActs } from "./picture.js";
import { needsPerson, Rows } from "./rows.js";
import { Saving } from "./saving.js";
import { get } from "./server.js";
import { say } from "./texts.js";
import { Trouble } from "./trouble.js";
import { VariantsDialog } from "./variants.js";

export class Desk {
  constructor(root, { onFinished, onLeave, onReopen, onAside, onReturn }) {
    this.root = root;
    this.find = (name) => root.querySelector(`[data-${name}]`);
    this.task = JSON.parse(this.find("task").textContent);
    this.fields = this.task.fields;
    this.pane = this.find("picture");
    this.picture = new Picture(this.pane);
    this.bench = new Bench(this.find("bench"), {
      eras: this.task.eras,
      digits: this.task.digits,
      picture: this.picture,
      onTyped: (field, text) => this.drafts.keep(field, text),
    });
    this.drafts = new Drafts(this.task.entry_id);
    this.rows = new Rows(root);
    this.troubles = new Trouble(this.find("trouble"));
    this.saving = new Saving(this.find("saved"));
    this.saves = new Set();
    this.onFinished = onFinished;
    this.onLeave = onLeave;
    this.onReopen = onReopen;
    this.onAside = onAside;
    this.onReturn = onReturn;
    this.waiver = new WaiverDialog(this);
    this.decision = new DecisionDialog(this);
    this.variants = new VariantsDialog(this);
    this.acts = {
      ...pictureActs(this.picture),
      keys: () => this.help(),
      leave: () => this.onLeave(),
      finish: () => this.finish(),
      decide: () => this.decide(),
      ditto: () => this.ditto(),
      reopen: () => this.onReopen(),
      aside: () => this.onAside(),
      return: () => this.onReturn(),
      variants: () => this.variants.open(),
      "take-back": () => this.takeBack(),
    };
    this.listen();
    const typed = this.drafts.giveBack(this.fields);
    for (const field of typed) field.refusal = say("draft_back");
    this.choose(typed[0] ?? this.fields.find(needsPerson) ?? this.fields[0]);
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
    // The second half of a double click would meet the next field.
    if (event.detail > 1 && target.closest("[data-bench], .task-head")) {
      event.preventDefault();
      return;
    }
    const { field, go, candidate, page, state, waiveFinding, takeOver } = target.dataset;
    if (target.dataset.do) this.acts[target.dataset.do]?.();
    else if (field ?? go) this.choose(this.named(field ?? go));
    else if (candidate) this.bench.take(Number(candidate));
    else if (page) this.showPage(Number(page));
    else if (state) this.mark(state);
    else if (waiveFinding) this.waiver.open(waiveFinding);
    else if (takeOver) this.takeOver(target.dataset);
  }

  named(name) {
    return this.fields.find((field) => field.name === name);
  }

  // Choosing

  choose(field) {
    if (!field) return;
    this.current = field;
    this.rows.take(field);
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
    const fields = this.fields.filter((field) => this.rows.isOpen(field));
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

  ditto() {
    if (this.bench.repeatAbove()) this.accept();
  }

  takeBack() {
    this.save(this.current, { act: "undo" });
  }

  decide() {
    this.decision.open(this.current);
  }

  // What the record says is for comparison: taking it over is a decision with a ground.
  takeOver({ takeOver, writing, record }) {
    const field = this.named(takeOver);
    this.choose(field);
    this.decision.open(field, { writing, record });
  }

  takeOverHere() {
    const button = this.root.querySelector(".finding.here [data-take-over]");
    if (button) this.takeOver(button.dataset);
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
    this.rows.markDone(field);
    this.count();
    const body = () => ({
      ...answer,
      fence: this.task.fence,
      expected_version: field.version,
    });
    try {
      const address = `${this.address}/fields/${encodeURIComponent(field.name)}`;
      await this.saving.send(address, body, (told) => this.apply(told));
      if (field.draft === undefined) this.drafts.drop(field);
    } catch (error) {
      this.refused(field, answer, error);
    }
  }

  apply({ fields, findings }) {
    this.troubles.hide();
    for (const fresh of fields) {
      const field = this.named(fresh.name);
      const draft = field.draft;
      Object.assign(field, fresh, { pending: false });
      if (draft !== undefined) field.draft = draft;
      this.rows.show(field);
    }
    this.find("findings").innerHTML = findings;
    this.showFindingsHere();
    this.count();
    // Not while somebody types in it: only a field that was saved itself is shown again.
    const shown = fields.some((fresh) => fresh.name === this.current.name);
    if (shown && !this.bench.changed) this.bench.show(this.current);
    this.leadOn();
  }

  refused(field, answer, error) {
    field.pending = false;
    field.draft = answer.value || undefined;
    this.rows.show(field);
    this.count();
    if (error.code === "field_changed") {
      this.catchUp(field).catch((trouble) => this.trouble(trouble));
    } else if (error.code === "value_refused" || error.code === "nothing_to_undo") {
      field.refusal = error.message;
      this.choose(field);
    } else {
      this.trouble(error);
    }
  }

  // Somebody else changed the field: both answers are shown, neither is lost.
  async catchUp(field) {
    const holder = document.createElement("template");
    holder.innerHTML = await get(`${this.address}/task`);
    const task = JSON.parse(holder.content.querySelector("[data-task]").textContent);
    this.task.fence = task.fence;
    const findings = holder.content.querySelector("[data-findings]").innerHTML;
    this.apply({ fields: task.fields, findings });
    field.refusal = say("changed_meanwhile", { shown: field.shown || "–" });
    this.choose(field);
  }

  // What was typed stays in the fields, and in this tab until it is saved.
  trouble(error) {
    this.troubles.show(error);
  }

  waiveHere() {
    const button = this.root.querySelector(".finding.here [data-waive-finding]");
    if (button) this.waiver.open(button.dataset.waiveFinding);
  }

  async waive(finding, reason) {
    try {
      const body = () => ({ ...finding, fence: this.task.fence, reason });
      await this.saving.send(`${this.address}/waivers`, body, (told) => this.apply(told));
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
    this.keep();
    // Not only sent: what the answers changed must stand in the fields too.
    await Promise.all(this.saves);
    if (this.finishing) return;
    if (this.fields.some(needsPerson)) {
      this.next();
      this.bench.sayWhatIsLeft();
      return;
    }
    this.finishing = true;
    try {
      await this.saving.send(`${this.address}/finish`, () => ({ fence: this.task.fence }));
      this.drafts.forget();
      this.onFinished();
    } catch (error) {
      this.finishing = false;
      this.trouble(error);
      this.next();
    }
  }

  help() {
    document.getElementById("keys").showModal();
  }

  nextPane(backwards) {
    const row = this.rows.of(this.current);
    const stops = [this.bench.input, this.pane, this.find("do=finish"), row];
    const now = stops.findIndex((stop) => stop?.contains(document.activeElement));
    const to = now + (backwards ? -1 : 1);
    stops.filter(Boolean)[(to + stops.length) % stops.length]?.focus();
  }

  close() {
    this.picture.close();
  }
}

