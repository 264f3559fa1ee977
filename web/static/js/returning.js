// Sending the item on the desk back to its submitter; its letter is written next.

import { submitsByKey } from "./dialogs.js";
import { postForm } from "./server.js";

export class Returning {
  constructor(dialog, { deskOf, onDone }) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.complaint = dialog.querySelector("[data-return-trouble]");
    this.deskOf = deskOf;
    this.onDone = onDone;
    this.form.addEventListener("submit", (event) => this.submit(event));
    dialog.addEventListener("keydown", (event) => submitsByKey(event));
    dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  }

  open() {
    this.form.reset();
    this.complaint.hidden = true;
    this.dialog.showModal();
    this.form.reason.focus();
  }

  async submit(event) {
    event.preventDefault();
    const desk = this.deskOf();
    let answer;
    try {
      // What was answered so far is kept before the item goes out of hand.
      desk.keep();
      await desk.saving.settled();
      answer = await postForm(`${desk.address}/return`, {
        fence: desk.task.fence,
        reason: this.form.reason.value,
      });
    } catch (error) {
      this.complaint.textContent = error.message;
      this.complaint.hidden = false;
      return;
    }
    this.dialog.close();
    this.onDone(answer.letter);
  }
}
