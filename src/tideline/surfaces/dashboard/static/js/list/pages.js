// Reads the list on when somebody gets to its end: older chats, and further messages that a search found.

import { ask } from "../models/request.js";

const MOST_AT_ONCE = 10;

export class ListPages {
  #rows;
  #address;
  #loading = new Map();
  #changed;

  // `address(query)` is where the list alone is asked for, `changed` hears that there are more rows
  constructor(rows, address, changed) {
    this.#rows = rows;
    this.#address = address;
    this.#changed = changed;
  }

  watch() {
    for (const kind of ["rows", "hits"]) {
      const more = this.#rows.more(kind);
      // a search shows its messages below the chats, so more chats come only when asked for
      const isByHand = kind === "rows" && this.#rows.more("hits")?.parentElement.querySelector("[data-hits]");
      if (!more || more.dataset.watched) continue;
      more.dataset.watched = "yes";
      more.addEventListener("click", (event) => this.#click(event, kind));
      if (!isByHand) this.#observe(more, kind);
    }
  }

  // Until so many chats are shown, or this one is among them; never without end.
  async until(isThere) {
    for (let n = 0; n < MOST_AT_ONCE && !isThere(); n++) if (!(await this.load("rows"))) return;
  }

  // One page more; false when there is none. Asked for twice, it comes once.
  load(kind) {
    if (!this.#loading.has(kind)) this.#loading.set(kind, this.#load(kind).finally(() => this.#loading.delete(kind)));
    return this.#loading.get(kind);
  }

  #observe(more, kind) {
    const seen = ([entry], watching) => {
      if (!entry.isIntersecting) return;
      watching.disconnect();
      this.load(kind);
    };
    new IntersectionObserver(seen, { root: this.#rows.scroller, rootMargin: "600px" }).observe(more);
  }

  #click(event, kind) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.load(kind);
  }

  async #load(kind) {
    const more = this.#rows.more(kind);
    if (!more) return false;
    const page = await ask("GET", this.#address(new URL(more.querySelector("a").href).search)).catch(() => null);
    if (!page || !more.isConnected) return false;
    const [here, there] = [this.#rows.scroller, page.querySelector("[data-scroll]")];
    const known = new Set(this.#rows.order);
    const fresh = [...there.querySelectorAll(`[data-${kind}] > li`)].filter((row) => !known.has(row.dataset.chat));
    here.querySelector(`[data-${kind}]`).append(...fresh.map((row) => document.adoptNode(row)));
    const next = there.querySelector(`[data-more="${kind}"]`);
    if (next) more.replaceWith(document.adoptNode(next));
    else more.remove();
    this.#changed();
    this.watch();
    return true;
  }
}
