// What the scanning desk asks back: counts, a form, a kind, a reason or a number.

import { say } from "./texts.js";

export class SortingDialogs {
  constructor(desk) {
    this.desk = desk;
    this.onSave("sort-numbers", (form) => this.saveNumbers(form));
    // Only the desk of a medium asks for it.
    if (this.form("sort-medium")) this.onSave("sort-medium", (form) => this.saveMedium(form));
    this.onSave("sort-form", (form) => desk.act("form", { form: form.form.value }));
    this.onSave("sort-kind", (form) => this.saveKind(form));
    this.onSave("sort-text", (form) => this.saveText(form));
    this.form("sort-kind").addEventListener("keydown", (event) => this.choose(event));
    this.form("sort-text").addEventListener("keydown", submitsByKey);
  }

  help() {
    document.getElementById("sort-keys").showModal();
  }

  askNumbers(act) {
    this.act = act;
    const form = this.form("sort-numbers");
    const said = this.desk.head.dataset;
    form.reset();
    form.querySelector("[data-part=numbers-title]").textContent = say(`sort_${act}`);
    for (const one of form.querySelectorAll("[data-only]")) {
      one.hidden = one.dataset.only !== act;
    }
    if (act === "declare") {
      form.sheets.value = said.sheets;
      form.entries.value = said.entries;
      form.received_on.value = said.received;
      form.submitter.value = said.submitter;
    }
    this.open("sort-numbers", form.sheets);
  }

  saveNumbers(form) {
    const number = (input) => (input.value === "" ? null : Number(input.value));
    this.desk.act(this.act, {
      sheets: number(form.sheets),
      entries: number(form.entries),
      number: form.number.value,
      received_on: form.received_on.value || null,
      submitter: form.submitter.value || null,
    });
  }

  askDeclared() {
    if (this.desk.head.dataset.medium) this.askMedium();
    else this.askNumbers("declare");
  }

  askMedium() {
    const form = this.form("sort-medium");
    const said = this.desk.head.dataset;
    const records = JSON.parse(said.records);
    form.reset();
    for (const name of ["medium", "number", "offices", "submitter"]) {
      form.elements[name].value = said[name];
    }
    form.received_on.value = said.received;
    for (const input of form.querySelectorAll("[data-code]")) {
      input.value = records[input.dataset.code] ?? "";
    }
    this.open("sort-medium", form.offices);
  }

  saveMedium(form) {
    const counts = [...form.querySelectorAll("[data-code]")].filter((input) => input.value);
    const records = counts.map((input) => [input.dataset.code, Number(input.value)]);
    this.desk.act("declare_medium", {
      medium: form.medium.value,
      number: form.number.value.trim(),
      offices: form.offices.value === "" ? null : Number(form.offices.value),
      records: records.length ? Object.fromEntries(records) : null,
      received_on: form.received_on.value || null,
      submitter: form.submitter.value || null,
    });
  }

  askForm() {
    this.open("sort-form", this.form("sort-form").form);
  }

  askKind() {
    const form = this.form("sort-kind");
    form.reset();
    form.attachment.selectedIndex = 0;
    this.open("sort-kind", form.attachment);
  }

  // A digit chooses and saves in one key.
  choose(event) {
    const form = this.form("sort-kind");
    const place = Number(event.key) - 1;
    if (event.target !== form.attachment || !form.attachment.options[place]) return;
    event.preventDefault();
    form.attachment.selectedIndex = place;
    form.requestSubmit();
  }

  saveKind(form) {
    this.desk.act("classify", {
      attachment: form.attachment.value,
      copy_of: form.copy_of.value,
      disposal: form.disposal.value,
    });
  }

  askText(act) {
    this.act = act;
    const form = this.form("sort-text");
    form.reset();
    form.querySelector("[data-part=text-title]").textContent = say(`sort_${act}`);
    this.open("sort-text", form.text);
  }

  saveText(form) {
    const name = this.act === "explain" ? "why" : "receipt_number";
    this.desk.act(this.act, { [name]: form.text.value.trim() });
  }

  form(id) {
    return document.querySelector(`#${id} form`);
  }

  open(id, first) {
    document.getElementById(id).showModal();
    first.focus();
  }

  onSave(id, save) {
    this.form(id).addEventListener("submit", (event) => save(event.target));
  }
}

// Enter ends what is written in one line; with Shift it begins another.
function submitsByKey(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}
