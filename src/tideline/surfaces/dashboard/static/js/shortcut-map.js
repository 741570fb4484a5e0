// <shortcut-map>: single keys that work wherever nobody is typing, and the list of them by `?`.

const OF_LIST = ["/", "f", "x", "J", "K", "A", "b", "Escape"];

class ShortcutMap extends HTMLElement {
  #keys = {
    "?": () => this.querySelector("dialog").showModal(),
    j: () => this.#list?.move(1),
    k: () => this.#list?.move(-1),
    ...Object.fromEntries(OF_LIST.map((key) => [key, () => this.#list?.key(key)])),
    r: () => this.#composer?.kind("reply"),
    n: () => this.#composer?.kind("note"),
    c: () => document.querySelector("a[data-new-chat]")?.click(),
    i: () => document.querySelector("chat-panel:defined")?.toggle(),
    e: () => document.querySelector("[data-deed] button")?.click(),
  };

  connectedCallback() {
    document.addEventListener("keydown", (event) => this.#take(event));
  }

  get #list() {
    return document.querySelector("chat-list:defined");
  }

  get #composer() {
    return document.querySelector("message-composer:defined"); // a key may come before the rest of the page has
  }

  #take(event) {
    const { key, target, ctrlKey, metaKey, altKey, isComposing } = event;
    if (key === "k" && (ctrlKey || metaKey) && this.#list) {
      event.preventDefault();
      this.#list.key("/");
      return;
    }
    if (ctrlKey || metaKey || altKey || isComposing || document.querySelector("dialog[open], :popover-open")) return;
    if (target.closest("input, textarea, select, [contenteditable]")) {
      // out of the field, so that the keys mean something again
      if (key === "Escape" && !event.defaultPrevented) target.blur();
      return;
    }
    if (!Object.hasOwn(this.#keys, key) || (key === "Escape" && !this.#list?.hasChosen)) return;
    event.preventDefault();
    this.#keys[key]();
  }
}

customElements.define("shortcut-map", ShortcutMap);
