// The two questions the page asks back: why a finding is waived, why a value is decided.

export class WaiverDialog {
  constructor(desk) {
    this.desk = desk;
    this.dialog = desk.find("waive");
    this.reason = this.dialog.querySelector("textarea");
    this.dialog.addEventListener("submit", () => this.confirm());
    this.dialog.addEventListener("keydown", (event) => submitsByKey(event));
    closesByButton(this.dialog);
  }

  open(id) {
    const finding = this.desk.root.querySelector(`[data-finding="${id}"]`);
    // Findings are written anew after each change: rule and fields name one, no id.
    this.finding = {
      rule: finding.dataset.rule,
      fields: finding.dataset.fields.split(" "),
    };
    const message = finding.querySelector("[data-message]").textContent;
    this.dialog.querySelector("[data-waive-what]").textContent = message;
    this.reason.value = "";
    this.dialog.showModal();
    this.reason.focus();
  }

  confirm() {
    this.desk.waive(this.finding, this.reason.value);
  }
}

export class DecisionDialog {
  constructor(desk) {
    this.desk = desk;
    this.dialog = desk.find("decision");
    this.form = this.dialog.querySelector("form");
    this.dialog.addEventListener("submit", () => this.confirm());
    this.form.ground.addEventListener("change", () => this.showGround());
    closesByButton(this.dialog);
  }

  // `proposal` is what is taken over, with the record it comes from.
  open(field, proposal = null) {
    this.field = field;
    this.form.reset();
    this.form.value.value = proposal?.writing ?? field.decided_writing ?? field.writing;
    this.form.value.inputMode = field.keys;
    this.form.at.value = officeTime();
    if (proposal) {
      this.form.ground.value = "register";
      this.form.record.value = proposal.record;
    }
    this.dialog.querySelector("[data-decision-field]").textContent = field.label;
    this.showGround();
    this.dialog.showModal();
    this.form.value.select();
  }

  // Only what belongs to the chosen ground is asked for.
  showGround() {
    for (const part of this.dialog.querySelectorAll("[data-ground]")) {
      const wanted = part.dataset.ground === this.form.ground.value;
      part.hidden = !wanted;
      for (const input of part.querySelectorAll("input, select")) {
        input.disabled = !wanted;
      }
    }
  }

  confirm() {
    const { value, ...ground } = Object.fromEntries(new FormData(this.form));
    this.desk.save(this.field, { act: "decide", value, state: "read", ground });
    this.desk.next();
  }
}

// The clock of the office, wherever the browser thinks it is.
function officeTime() {
  const form = { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Date().toLocaleTimeString("en-GB", form);
}

// Enter alone begins a new line of the reason.
export function submitsByKey(event) {
  if (event.key !== "Enter" || !event.ctrlKey || event.isComposing) return;
  event.preventDefault();
  // The page must not take the same keys for its own.
  event.stopPropagation();
  event.currentTarget.querySelector("form").requestSubmit();
}

function closesByButton(dialog) {
  const button = dialog.querySelector("[data-cancel]");
  button.addEventListener("click", () => dialog.close());
}
