// The field of the search, which finds while one types, and the forms of filters and of one's own views.

import { ask, csrf } from "../models/request.js";

const PAUSE = 300;

export class Finding {
  #list;
  #show;
  #timer = null;
  #asked = 0;
  #shown = location.search;

  // `show(page)` puts a list that was fetched in the place of the one that is shown
  constructor(list, show) {
    this.#list = list;
    this.#show = show;
    this.field.addEventListener("input", () => this.#typed());
    this.#list.addEventListener("formdata", (event) => tidy(event.formData));
    this.#list.addEventListener("submit", (event) => event.target.closest("#list-views") && this.#keep(event));
    // a search that was typed has addresses of its own, and the browser goes back to one of them
    addEventListener("popstate", () => location.search !== this.#shown && location.reload());
  }

  get field() {
    return this.#list.querySelector("[name=q]");
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  openFilters() {
    this.#list.querySelector("[data-filter]").click();
    this.#list.querySelector("#list-filters select").focus();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#find(), PAUSE);
  }

  async #find() {
    const query = tidy(new FormData(this.field.form));
    const asked = ++this.#asked;
    const address = `${location.pathname}?${query}`;
    const page = await ask("GET", this.#list.address("", query)).catch(() => null);
    if (!page || asked !== this.#asked) return;
    const was = new URLSearchParams(location.search).has("q");
    if (was) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.#shown = location.search;
    this.#show(page);
  }

  async #keep(event) {
    event.preventDefault();
    const { target: form, submitter } = event;
    const body = new URLSearchParams(new FormData(form, submitter));
    body.set("csrf", csrf());
    try {
      await ask("POST", form.action, { body });
      location.assign(body.get("back"));
    } catch ({ message }) {
      const field = form.querySelector("[name=name]");
      field.setCustomValidity(message);
      field.reportValidity();
      field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
    }
  }
}

// What was left empty does not stand in the address.
function tidy(data) {
  for (const [name, value] of [...data.entries()]) if (value === "") data.delete(name);
  return new URLSearchParams(data);
}
