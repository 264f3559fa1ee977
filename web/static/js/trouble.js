// The bar that says what went wrong, and the way out of it.

export class Trouble {
  constructor(bar) {
    this.bar = bar;
    this.find = (name) => bar.querySelector(`[data-trouble-${name}]`);
  }

  show(error) {
    const isOut = error.code === "not_logged_in" || error.code === "csrf";
    this.find("text").textContent = error.message;
    this.find("login").hidden = !isOut;
    this.find("again").hidden = isOut;
    this.bar.hidden = false;
  }

  hide() {
    this.bar.hidden = true;
  }
}
