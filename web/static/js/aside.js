// Putting the item on the desk aside with a question, or handing it on.

import { postForm } from "./server.js";

export class Aside {
  constructor(dialog, { deskOf, onDone }) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.complaint = dialog.querySelector("[data-aside-trouble]");
    this.deskOf = deskOf;
    this.onDone = onDone;
    this.form.wait.addEventListener("change", () => this.showParts());
    this.form.addEventListener("submit", (event) => this.submit(event));
    dialog.addEventListener("keydown", (event) => this.key(event));
    dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  }

  open() {
    this.form.reset();
    this.complaint.hidden = true;
    this.showParts();
    this.dialog.showModal();
    this.form.wait.focus();
  }

  // Only what belongs to the reason is asked for.
  showParts() {
    for (const part of this.form.querySelectorAll("[data-for]")) {
      const wanted = part.dataset.for.split(" ").includes(this.form.wait.value);
      part.hidden = !wanted;
      for (const input of part.querySelectorAll("input, select")) input.disabled = !wanted;
    }
  }

  key(event) {
    if (event.key !== "Enter" || !event.ctrlKey || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.form.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    const desk = this.deskOf();
    const { wait, whom, to, until, note } = Object.fromEntries(new FormData(this.form));
    const fence = desk.task.fence;
    try {
      // What was answered so far is kept before the item goes out of hand.
      desk.keep();
      await desk.saving.settled();
      if (wait === "hand_on") await postForm(`${desk.address}/hand-on`, { fence, to, note });
      else {
        const asked = { fence, wait, until, note, asked_of: to ?? whom ?? "" };
        await postForm(`${desk.address}/park`, asked);
      }
    } catch (error) {
      this.complaint.textContent = error.message;
      this.complaint.hidden = false;
      return;
    }
    this.dialog.close();
    this.onDone();
  }
}
