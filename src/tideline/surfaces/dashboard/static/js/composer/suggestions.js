// What the field offers while somebody writes: templates after a `/` at its beginning, people after an `@` in a note,
// and emoji when they are asked for.

import { EMOJI } from "../models/emoji.js";
import { ask } from "../models/request.js";
import { nextPlace } from "../models/gaps.js";
import { option } from "./picker.js";

const MOST = 50;

// After news of these, what was fetched to choose from is old.
const OLD = /^T(emplate|eammate)/;

export class Suggestions {
  #composer;
  #lists = new Map();

  constructor(composer) {
    this.#composer = composer;
    document.addEventListener("tideline:news", ({ detail }) => OLD.test(detail.kind) && this.#lists.clear());
    document.addEventListener("tideline:reload", () => this.#lists.clear());
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
    this.#composer.querySelector("[data-template-file]").hidden = true;
  }

  // To the next open place of a template; false when there is none.
  toPlace(from = this.#composer.field.selectionEnd) {
    const { field, form } = this.#composer;
    const place = form.elements.template.value && nextPlace(field.value, from);
    if (!place) return false;
    field.setSelectionRange(place.start, place.end);
    return true;
  }

  async templates(wanted, replaced = 0) {
    const { dataset, field, picker } = this.#composer;
    field.focus();
    const before = field.value;
    const found = (await this.#list("templates")).filter((one) => fits(one, wanted)).slice(0, MOST);
    if (field.value !== before) return; // somebody went on writing meanwhile, and asks again
    if (!found.length) return picker.show([option(dataset.noTemplates)], () => {});
    picker.show(found, ({ dataset: chosen }) => this.#use(chosen, replaced));
  }

  async people(wanted) {
    const { field, picker } = this.#composer;
    const before = field.value;
    const found = (await this.#list("people")).filter((one) => fits(one, wanted)).slice(0, MOST);
    if (field.value !== before) return;
    picker.show(found, ({ dataset }) => this.#composer.insert(`@${dataset.email} `, wanted.length + 1));
  }

  // Fetched once, and once more after something in it has changed.
  async #list(name) {
    const { address } = this.#composer;
    const fetched = () => ask("GET", `${address}/${name}`).then((page) => [...page.querySelectorAll("li")].map((one) => document.adoptNode(one)));
    if (!this.#lists.has(name)) this.#lists.set(name, fetched());
    return this.#lists.get(name).catch(() => {
      this.#lists.delete(name);
      return [];
    });
  }

  emoji() {
    const { picker } = this.#composer;
    if (picker.isOpen) return picker.close();
    this.#composer.field.focus();
    picker.show(EMOJI.map((one) => option(one)), ({ textContent }) => this.#composer.insert(textContent), { isGrid: true });
  }

  #use({ id, text, file }, replaced) {
    const { field, form } = this.#composer;
    const at = field.selectionStart - replaced;
    this.#composer.insert(text, replaced);
    form.elements.template.value = id;
    this.toPlace(at);
    const line = this.#composer.querySelector("[data-template-file]");
    line.hidden = !file;
    line.querySelector("[data-name]").textContent = file ?? "";
  }
}

const fits = (one, wanted) => one.textContent.toLowerCase().includes(wanted.toLowerCase());
