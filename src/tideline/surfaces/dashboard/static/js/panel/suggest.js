// Suggestions for a field from the server, as a list of the browser's own: `data-suggest` is where to ask.

import { ask } from "../models/request.js";

const PAUSE = 150;

export class Suggest {
  #timer = null;

  constructor(place) {
    for (const type of ["focusin", "input"]) place.addEventListener(type, ({ target }) => target.dataset.suggest && this.#later(target));
  }

  #later(field) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(field), PAUSE);
  }

  async #ask(field) {
    const typed = field.value;
    const page = await ask("GET", `${field.dataset.suggest}?${new URLSearchParams({ q: typed })}`).catch(() => null);
    if (!page || field.value !== typed || !field.isConnected) return;
    field.list?.replaceChildren(...[...page.querySelectorAll("option")].map((one) => document.adoptNode(one)));
  }
}
