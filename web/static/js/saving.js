// Sends each change at once and in order; a lost connection loses nothing typed.

import { post, Problem } from "./server.js";
import { say } from "./texts.js";

const WAITS_MS = [500, 1000, 2000, 4000, 8000];

export class Saving {
  constructor(light) {
    this.light = light;
    this.waiting = 0;
    this.chain = Promise.resolve();
  }

  get unsaved() {
    return this.waiting > 0;
  }

  // `makeBody` is asked when its turn comes: by then `use` has seen every answer to
  // what was sent before, and knows the version that stands.
  send(address, makeBody, use = () => undefined) {
    this.waiting += 1;
    this.show("saving");
    const sent = this.chain.then(() => this.persist(address, makeBody)).then(use);
    this.chain = sent.catch(() => undefined);
    return sent.finally(() => {
      this.waiting -= 1;
      if (!this.waiting) this.show("saved");
    });
  }

  async persist(address, makeBody) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await post(address, makeBody());
      } catch (error) {
        if (error instanceof Problem && error.status < 500) throw error;
        this.show("failed");
        const wait = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)];
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  show(state) {
    this.light.dataset.state = state;
    this.light.textContent = say(`saving_${state}`, { n: this.waiting });
  }

  settled() {
    return this.chain;
  }
}
