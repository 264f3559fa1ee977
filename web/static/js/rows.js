// The list of fields under the bench: which is in hand, and what each says by now.

// An error must go or be waived; with a warning it is enough that somebody looked.
export function needsPerson(field) {
  const warned = field.flag === "warning" && !field.by_person;
  return !field.settled || field.flag === "error" || warned;
}

export class Rows {
  constructor(root) {
    this.root = root;
  }

  of(field) {
    return this.root.querySelector(`[data-field="${field.name}"].row`);
  }

  // What is folded away opens where its field is chosen.
  take(field) {
    for (const row of this.root.querySelectorAll(".row[aria-current]")) {
      row.removeAttribute("aria-current");
    }
    const row = this.of(field);
    const folded = row?.closest("details:not([open])");
    if (folded) folded.open = true;
    row?.setAttribute("aria-current", "true");
    row?.scrollIntoView({ block: "nearest" });
  }

  isOpen(field) {
    return !this.of(field)?.closest("details:not([open])");
  }

  markDone(field) {
    this.of(field)?.setAttribute("data-done", "");
  }

  show(field) {
    const row = this.of(field);
    if (!row) return;
    row.toggleAttribute("data-done", !needsPerson(field));
    if (field.flag) row.dataset.flag = field.flag;
    else delete row.dataset.flag;
    row.querySelector("[data-says]").textContent = field.shown || "–";
    row.querySelector("[data-how]").textContent = field.how;
  }

  unfold() {
    const folded = this.root.querySelector("details.read-rightly");
    if (folded) folded.open = !folded.open;
  }
}
