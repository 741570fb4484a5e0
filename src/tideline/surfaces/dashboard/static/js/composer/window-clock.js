// <window-clock>: how long a customer of a business number can be answered freely. The server says what time it has, so
// that a clock that is wrong here does not matter. When the time is over, it says so as `window:over`.

const EXACT = 5 * 60;
const MINUTE = 60;

class WindowClock extends HTMLElement {
  #timer = null;

  connectedCallback() {
    this.#end = performance.now() + Date.parse(this.dataset.until) - Date.parse(this.dataset.now);
    this.#wall = Date.now() - performance.now();
    this.#tick();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #end = 0;
  #wall = 0;

  // time that passed while the machine slept counts too, which the first of the two clocks does not always notice
  get #left() {
    const now = Math.max(performance.now(), Date.now() - this.#wall);
    return (this.#end - now) / 1000;
  }

  #tick() {
    const left = this.#left;
    this.firstElementChild.textContent = this.#words(Math.max(0, Math.floor(left)));
    if (left <= 0) return this.dispatchEvent(new CustomEvent("window:over", { bubbles: true }));
    const next = left < EXACT + MINUTE ? left % 1 || 1 : Math.min(left % MINUTE || MINUTE, MINUTE);
    this.#timer = setTimeout(() => this.#tick(), next * 1000 + 20);
  }

  #words(seconds) {
    if (seconds < EXACT) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    const minutes = Math.floor(seconds / 60);
    const pattern = minutes < 60 ? this.dataset.minutes : this.dataset.hours;
    return pattern.replace("{hours}", Math.floor(minutes / 60)).replace("{minutes}", minutes % 60);
  }
}

customElements.define("window-clock", WindowClock);
