// The list of what happened in the world, newest first, as long as this page is open.

import { h, keyed, timeText } from "./dom.js";
import { happenings, recent } from "./wire.js";

const MOST = 40;
const AT_FIRST = 12;

export class Ticker {
  constructor(list, pauseButton) {
    this.list = list;
    this.entries = [];
    this.count = 0;
    this.state = null;
    this.isPaused = false;
    pauseButton.addEventListener("click", () => {
      this.isPaused = !this.isPaused;
      pauseButton.setAttribute("aria-pressed", String(this.isPaused));
      this.draw();
    });
  }

  show(state) {
    const news = this.state ? happenings(this.state, state) : recent(state, AT_FIRST);
    this.state = state;
    if (!news.length) return;
    const numbered = news.map((one) => ({ ...one, number: (this.count += 1) }));
    this.entries = [...numbered.reverse(), ...this.entries].slice(0, MOST);
    this.draw();
  }

  draw() {
    if (this.isPaused) return;
    keyed(this.list, this.entries, (entry) => entry.number, (entry) => h("li", { class: "ticker__item" },
      h("time", {}, timeText(entry.at, true)), h("span", { class: "event" }, entry.event), h("span", {}), h("span", { class: "soft", dir: "auto" }, entry.text)));
  }
}
