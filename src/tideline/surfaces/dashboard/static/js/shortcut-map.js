// <shortcut-map>: single keys that work wherever nobody is typing, and the list of them by `?`.

class ShortcutMap extends HTMLElement {
  #keys = {
    "?": () => this.querySelector("dialog").showModal(),
    j: () => this.#move(1),
    k: () => this.#move(-1),
    r: () => this.#composer?.kind("reply"),
    n: () => this.#composer?.kind("note"),
    i: () => document.querySelector("chat-panel")?.toggle(),
    e: () => document.querySelector("[data-deed] button")?.click(),
  };

  connectedCallback() {
    document.addEventListener("keydown", (event) => this.#take(event));
  }

  get #composer() {
    return document.querySelector("message-composer");
  }

  #take(event) {
    const { key, target, ctrlKey, metaKey, altKey, isComposing } = event;
    if (ctrlKey || metaKey || altKey || isComposing || document.querySelector("dialog[open]")) return;
    if (target.closest("input, textarea, select, [contenteditable]")) {
      // out of the field, so that the keys mean something again
      if (key === "Escape" && !event.defaultPrevented) target.blur();
      return;
    }
    if (!Object.hasOwn(this.#keys, key)) return;
    event.preventDefault();
    this.#keys[key]();
  }

  // from one chat of the list to the next, beginning at the one that is open
  #move(by) {
    const links = [...document.querySelectorAll(".chat__link")];
    const at = links.findIndex((link) => link === document.activeElement);
    const open = links.findIndex((link) => link.ariaCurrent === "true");
    const from = at >= 0 ? at : open;
    links[Math.min(Math.max(from + by, 0), links.length - 1)]?.focus();
  }
}

customElements.define("shortcut-map", ShortcutMap);
