// What is typed and not saved yet outlives a lost session, in this tab alone.

const PREFIX = "kamizero.draft.";

export class Drafts {
  constructor(entry) {
    this.key = PREFIX + entry;
  }

  get all() {
    return JSON.parse(sessionStorage.getItem(this.key) ?? "{}");
  }

  // A My Number is never kept in a browser.
  keep(field, text) {
    if (field.sensitive) return;
    this.write({ ...this.all, [field.name]: text });
  }

  drop(field) {
    const { [field.name]: dropped, ...rest } = this.all;
    if (dropped !== undefined) this.write(rest);
  }

  write(drafts) {
    if (Object.keys(drafts).length) sessionStorage.setItem(this.key, JSON.stringify(drafts));
    else sessionStorage.removeItem(this.key);
  }

  // Gives what was typed back to the fields it was typed in; true where there was any.
  giveBack(fields) {
    const kept = this.all;
    const typed = fields.filter((field) => (kept[field.name] ?? field.writing) !== field.writing);
    for (const field of typed) field.draft = kept[field.name];
    return typed;
  }

  forget() {
    sessionStorage.removeItem(this.key);
  }
}

// Nobody finds in a browser what somebody else typed there.
export function forgetDrafts() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
