// The rows of the list as they stand on the page: found, replaced and put in their places without moving what is read.

import { follower } from "../models/places.js";

export class Rows {
  #list;

  constructor(list) {
    this.#list = list;
  }

  get scroller() {
    return this.#list.querySelector("[data-scroll]");
  }

  get box() {
    return this.#list.querySelector("[data-rows]");
  }

  get all() {
    return [...this.box.children];
  }

  get order() {
    return this.all.map((row) => row.dataset.chat);
  }

  of(id) {
    return this.box.querySelector(`[data-chat="${id}"]`);
  }

  more(kind) {
    return this.#list.querySelector(`[data-more="${kind}"]`);
  }

  // Puts these rows where they belong, and takes away those of the other chats that were asked for.
  put(fresh, asked) {
    this.still(() => {
      const focused = focusIn(this.box);
      for (const id of asked) {
        const row = fresh.get(id);
        if (row) this.#place(row);
        else this.#remove(this.of(id));
      }
      focused(this.box);
    });
    this.#empty();
  }

  // What stands first in view stays where it is on the screen, unless the list is at its beginning.
  still(work) {
    const { scroller } = this;
    const anchor = scroller.scrollTop > 0 ? this.#first() : null;
    const before = anchor?.getBoundingClientRect().top;
    work();
    const row = anchor && (anchor.isConnected ? anchor : this.of(anchor.dataset.chat));
    if (row) scroller.scrollTop += row.getBoundingClientRect().top - before;
  }

  // where one is: the first row in view, and how far it is from the edge
  get view() {
    const row = this.scroller.scrollTop > 0 ? this.#first() : null;
    return row && { id: row.dataset.chat, by: row.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top };
  }

  to({ id, by }) {
    const row = this.of(id);
    if (row) this.scroller.scrollTop += row.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - by;
    return Boolean(row);
  }

  #first() {
    const edge = this.scroller.getBoundingClientRect().top;
    return this.all.find((row) => row.getBoundingClientRect().bottom > edge);
  }

  #place(row) {
    const stale = this.of(row.dataset.chat);
    const others = this.all.filter((other) => other !== stale);
    const next = follower(others, row, Boolean(this.more("rows")));
    if (next === undefined) {
      stale?.remove(); // it comes when somebody scrolls there
    } else if (stale && (stale.nextElementSibling ?? null) === next) {
      stale.replaceWith(row);
    } else {
      stale?.remove();
      this.box.insertBefore(row, next);
    }
  }

  #remove(row) {
    if (row?.contains(document.activeElement)) (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("a").focus();
    row?.remove();
  }

  #empty() {
    const empty = this.#list.querySelector("[data-empty]");
    if (this.#list.querySelector("[data-hits]")) return;
    empty.hidden = this.box.children.length > 0 || Boolean(this.more("rows"));
  }
}

// Remembers what has the focus, and gives it to the same part of the same chat.
function focusIn(box) {
  const active = document.activeElement;
  const id = box.contains(active) ? active.closest("[data-chat]")?.dataset.chat : null;
  if (!id) return () => {};
  const part = active.matches("input") ? "input" : "a";
  return (fresh) => {
    if (!box.contains(document.activeElement)) fresh.querySelector(`[data-chat="${id}"] ${part}`)?.focus({ preventScroll: true });
  };
}
