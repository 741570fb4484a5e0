// What the field offers while somebody writes: templates after a `/` at its beginning, people after an `@` in a note,
// and emoji when they are asked for.

import { EMOJI } from "../models/emoji.js";
import { ask } from "../models/request.js";
import { option } from "./picker.js";

const MOST = 50;

export class Suggestions {
  #composer;
  #templates = null;

  constructor(composer) {
    this.#composer = composer;
  }

  look() {
    const { field, isNote, picker } = this.#composer;
    const before = field.value.slice(0, field.selectionStart);
    const slash = /^\/(\S*)$/.exec(before);
    const at = isNote && /(?:^|\s)@(\S*)$/.exec(before);
    if (slash && !isNote) this.templates(slash[1], slash[0].length);
    else if (at) this.people(at[1]);
    else picker.close();
  }

  forget() {
    this.#composer.form.elements.template.value = "";
  }

  async templates(wanted, replaced = 0) {
    const { address, dataset, field, picker } = this.#composer;
    field.focus();
    this.#templates ??= await ask("GET", `${address}/templates`)
      .then((page) => [...page.querySelectorAll("li")].map((one) => document.adoptNode(one)))
      .catch(() => null);
    const found = (this.#templates ?? []).filter((one) => fits(one, wanted)).slice(0, MOST);
    if (!found.length) return picker.show([option(dataset.noTemplates)], () => {});
    picker.show(found, ({ dataset: chosen }) => this.#use(chosen, replaced));
  }

  people(wanted) {
    const { picker } = this.#composer;
    const all = [...this.#composer.querySelectorAll("[data-people] > li")].map((one) => one.cloneNode(true));
    const found = all.filter((one) => fits(one, wanted)).slice(0, MOST);
    picker.show(found, ({ dataset }) => this.#composer.insert(`@${dataset.email} `, wanted.length + 1));
  }

  emoji() {
    const { picker } = this.#composer;
    if (picker.isOpen) return picker.close();
    this.#composer.field.focus();
    picker.show(EMOJI.map((one) => option(one)), ({ textContent }) => this.#composer.insert(textContent), { isGrid: true });
  }

  #use({ id, text, file }, replaced) {
    this.#composer.insert(text, replaced);
    this.#composer.form.elements.template.value = id;
    if (file) this.#composer.field.title = file;
  }
}

const fits = (one, wanted) => one.textContent.toLowerCase().includes(wanted.toLowerCase());
