// Holds the claimed item while it is worked on and gives it back when it is left.

import { post, postForm, postWhileLeaving, Problem } from "./server.js";

export class Lease {
  constructor(task, { onLost }) {
    this.task = task;
    this.onLost = onLost;
    this.timer = setInterval(() => this.extend(), (task.lease_seconds * 1000) / 3);
  }

  async extend() {
    try {
      await post(`/review/${this.task.entry_id}/lease`, { fence: this.task.fence });
    } catch (error) {
      // Without a connection the next try may still come in time.
      if (error instanceof Problem) this.lose(error);
    }
  }

  lose(error) {
    this.stop();
    this.onLost(error);
  }

  stop() {
    clearInterval(this.timer);
  }

  get farewell() {
    return [`/review/${this.task.entry_id}/release`, { fence: this.task.fence }];
  }

  giveBack() {
    this.stop();
    return postForm(...this.farewell);
  }

  release() {
    this.stop();
    postWhileLeaving(...this.farewell);
  }
}
