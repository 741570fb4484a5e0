// The clock of the world, which may run ahead of ours when it is a test clock.

import { call } from "./client.js";

export class Clock {
  constructor(card, act) {
    this.time = card.querySelector("[data-time]");
    this.date = card.querySelector("[data-date]");
    this.testParts = card.querySelectorAll("[data-test-clock]");
    this.ahead = 0;
    card.querySelectorAll("[data-advance]").forEach((button) => button.addEventListener("click", async () => {
      const moved = await act(() => call("POST", "/clock", { advance_s: Number(button.dataset.advance) }));
      if (moved) this.set(moved.now);
    }));
    setInterval(() => this.draw(), 1000);
  }

  show(state) {
    this.testParts.forEach((part) => { part.hidden = !state.test_clock; });
    this.set(state.now);
  }

  set(iso) {
    this.ahead = Date.parse(iso) - Date.now();
    this.draw();
  }

  now() {
    return new Date(Date.now() + this.ahead);
  }

  draw() {
    const now = this.now();
    this.time.textContent = now.toLocaleTimeString([], { hourCycle: "h23" });
    this.date.textContent = now.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
  }
}
