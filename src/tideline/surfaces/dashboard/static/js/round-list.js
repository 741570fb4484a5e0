// <round-list>: what became of a message to several, drawn anew after news of messages.

import { ask } from "./models/request.js";

const GATHER = 400;

class RoundList extends HTMLElement {
  #timer = null;

  connectedCallback() {
    document.addEventListener("tideline:news", ({ detail }) => detail.chat && this.#later());
    document.addEventListener("tideline:reload", () => this.#later());
  }

  #later() {
    this.#timer ??= setTimeout(() => this.#refresh(), GATHER);
  }

  async #refresh() {
    this.#timer = null;
    const fresh = (await ask("GET", location.href).catch(() => null))?.querySelector("[data-round]");
    if (fresh && fresh.outerHTML !== this.firstElementChild?.outerHTML) this.replaceChildren(document.adoptNode(fresh));
  }
}

customElements.define("round-list", RoundList);
