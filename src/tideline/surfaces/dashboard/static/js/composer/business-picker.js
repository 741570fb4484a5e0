// The approved templates of a business account: found by their words, filled in beside how the customer will see them,
// and sent. The server draws the list and the preview; what is typed into the places is asked for while somebody types.

import { ask } from "../models/request.js";

const PAUSE = 250;

export class BusinessPicker {
  #composer;
  #dialog;
  #timer = null;
  #asked = { list: 0, one: 0 };

  constructor(composer, dialog) {
    this.#composer = composer;
    this.#dialog = dialog;
    this.#find.addEventListener("input", () => this.#soon(() => this.#list()));
    this.#language.addEventListener("change", () => this.#list());
    this.#found.addEventListener("click", ({ target }) => this.#choose(target.closest("[data-template]")));
    dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#chosen.addEventListener("input", () => this.#soon(() => this.#preview()));
    this.#chosen.addEventListener("submit", (event) => this.#send(event));
  }

  get #find() {
    return this.#dialog.querySelector("[data-find]");
  }

  get #language() {
    return this.#dialog.querySelector("[data-language]");
  }

  get #found() {
    return this.#dialog.querySelector("[data-found]");
  }

  get #chosen() {
    return this.#dialog.querySelector("[data-chosen]");
  }

  get #options() {
    return [...this.#found.querySelectorAll("[data-template]:not(:disabled)")];
  }

  open() {
    this.#dialog.showModal();
    this.#find.focus();
    this.#list();
  }

  #soon(work) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, PAUSE);
  }

  // Only the answer to the newest question of its kind counts.
  async #ask(kind, path, fields) {
    const number = ++this.#asked[kind];
    const address = `${this.#composer.address}/business-templates${path}?${new URLSearchParams(fields)}`;
    const page = await ask("GET", address).catch(({ message }) => this.#composer.say(message || this.#composer.dataset.offline));
    return number === this.#asked[kind] ? page : null;
  }

  async #list() {
    const page = await this.#ask("list", "", { q: this.#find.value, language: this.#language.value });
    if (!page) return;
    this.#found.replaceChildren(...document.adoptNode(page.querySelector("[data-options]")).children);
    if (this.#options[0]) this.#options[0].tabIndex = 0;
    const known = new Set([...this.#language.options].map(({ value }) => value));
    const more = [...page.querySelectorAll("[data-languages] option")].filter(({ value }) => !known.has(value));
    this.#language.append(...more.map((one) => document.adoptNode(one)));
  }

  async #choose(option) {
    if (!option) return;
    for (const one of this.#options) {
      one.setAttribute("aria-selected", one === option);
      one.tabIndex = one === option ? 0 : -1;
    }
    const page = await this.#ask("one", `/${option.dataset.template}`, {});
    if (!page) return;
    this.#chosen.replaceChildren(document.adoptNode(page.querySelector("[data-fill]")));
    this.#chosen.querySelector("input, button")?.focus();
    this.#chosen.scrollIntoView({ block: "nearest" });
  }

  async #preview() {
    const form = this.#chosen.querySelector("[data-fill]");
    const page = await this.#ask("one", `/${form.action.split("/").at(-1)}`, new FormData(form));
    const fresh = page?.querySelector("[data-preview]");
    if (fresh && form.isConnected) form.querySelector("[data-preview]").replaceWith(document.adoptNode(fresh));
  }

  #key(event) {
    const options = this.#options;
    const at = options.indexOf(document.activeElement);
    const isInList = at >= 0 || document.activeElement === this.#find;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (isInList && to !== undefined) {
      event.preventDefault();
      (options[to] ?? this.#find).focus();
    } else if (event.key === "Enter" && document.activeElement === this.#find) {
      event.preventDefault();
      clearTimeout(this.#timer);
      this.#list().then(() => this.#choose(this.#options[0])); // of what was typed by now
    }
  }

  // On with the places that are filled in; until the server has drawn it, the bubble shows what the preview shows.
  async #send(event) {
    event.preventDefault();
    const form = event.target;
    clearTimeout(this.#timer);
    await this.#preview();
    const text = [...form.querySelectorAll(".bubble > *")].map((one) => one.textContent.trim()).join("\n\n");
    this.#composer.sending.fields(new URL(form.action).pathname, Object.fromEntries(new FormData(form)), text);
    this.#chosen.replaceChildren();
    this.#dialog.close();
  }
}
