// Search over all pages, in the browser: the index is fetched when somebody begins to search, and nothing is sent anywhere.
import { make } from "./make.js";
import { openIndex } from "./seek.js";

const SHOWN = 12;

export class SiteSearch extends HTMLElement {
  connectedCallback() {
    this.field = make("input", {
      type: "search", placeholder: "Search", autocomplete: "off", spellcheck: "false", role: "combobox",
      "aria-label": "Search the documentation", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list",
    });
    this.list = make("ul", { class: "found", id: "found", role: "listbox", "aria-label": "Found", hidden: true });
    this.news = make("p", { class: "sr-only", role: "status" });
    this.replaceChildren(this.field, make("kbd", { class: "search__key", "aria-hidden": "true" }, "/"), this.list, this.news);
    this.field.addEventListener("focus", () => this.index());
    this.field.addEventListener("input", () => this.seek());
    this.addEventListener("keydown", (event) => this.press(event));
    this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || this.close());
    document.addEventListener("keydown", (event) => this.jump(event));
  }

  index() {
    const { root } = document.documentElement.dataset;
    this.opened ??= openIndex(`${root}search.json`);
    return this.opened;
  }

  async seek() {
    const asked = this.field.value;
    const index = await this.index();
    if (asked !== this.field.value) return;
    if (!asked.trim()) return this.close();
    const found = index.seek(asked, SHOWN);
    this.chosen = -1;
    this.rows = found.map((one, place) => this.row(one, place));
    this.list.replaceChildren(...(this.rows.length ? this.rows : [make("li", { class: "found__none" }, "Nothing was found.")]));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.field.removeAttribute("aria-activedescendant");
    this.news.textContent = `${found.length} found`;
  }

  row({ slug, anchor, page, part, section, text }, place) {
    const { root, ending } = document.documentElement.dataset;
    const path = ending ? `${root}${slug}${ending}` : slug === "index" ? root.replace(/\/$/, "") : `${root}${slug}`;
    const link = make(
      "a", { href: anchor ? `${path}#${anchor}` : path, tabindex: "-1" },
      make("span", { class: "found__where" }, section),
      make("span", { class: "found__title" }, part ? `${page} › ${part}` : page),
      make("span", { class: "found__text" }, text),
    );
    return make("li", { role: "option", id: `found-${place}`, "aria-selected": "false" }, link);
  }

  press(event) {
    if (event.key === "Escape") {
      this.close();
      this.field.blur();
    } else if (event.key === "Enter" && this.rows?.length) {
      event.preventDefault();
      this.rows[Math.max(0, this.chosen)].firstChild.click();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && this.rows?.length) {
      event.preventDefault();
      this.choose((this.chosen + (event.key === "ArrowDown" ? 1 : -1) + this.rows.length) % this.rows.length);
    }
  }

  choose(place) {
    this.chosen = place;
    this.rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === place)));
    this.rows[place].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", this.rows[place].id);
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
  }

  jump(event) {
    const isWriting = event.target.matches?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.field.focus();
  }
}
