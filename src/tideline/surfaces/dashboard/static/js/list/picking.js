// Choosing chats, and what is done with those that were chosen.

import { Picked } from "../models/picked.js";
import { ask } from "../models/request.js";

const SAID_FOR = 8_000;

export class Picking {
  #list;
  #rows;
  #picked = new Picked();
  #changed;
  #isShift = false;
  #forget = null;

  // `changed(ids)` hears which chats something was done with, before the news of it are here
  constructor(list, rows, changed) {
    this.#list = list;
    this.#rows = rows;
    this.#changed = changed;
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#form.addEventListener("reset", () => this.clear());
    this.#form.querySelector("[data-all]").addEventListener("click", () => this.all());
    this.#list.querySelector("[data-selecting]").addEventListener("click", () => this.#choosing());
    for (const one of this.#list.querySelectorAll("[data-all], [data-selecting]")) one.hidden = false;
    this.#list.addEventListener("click", (event) => (this.#isShift = event.shiftKey), { capture: true });
    this.#list.addEventListener("change", ({ target }) => target.matches(".chat__select input") && this.#tick(target));
    this.draw();
  }

  get #form() {
    return this.#list.querySelector("[data-bulk]");
  }

  get #isChoosing() {
    return this.#list.querySelector("[data-selecting]").ariaPressed === "true";
  }

  get size() {
    return this.#picked.size;
  }

  toggle(row) {
    if (!row) return;
    this.#picked.set(row.dataset.chat, !this.#picked.has(row.dataset.chat));
    this.draw();
  }

  extend(from, to) {
    if (!from || !to) return;
    this.#picked.extend(from.dataset.chat, to.dataset.chat);
    this.draw();
  }

  all() {
    this.#picked.all(this.#rows.order);
    this.draw();
  }

  clear() {
    this.#picked.clear();
    this.#list.querySelector("[data-selecting]").ariaPressed = "false";
    this.draw();
  }

  // to what can be done with the chosen ones
  enter() {
    if (this.size) this.#form.querySelector(".bulk__deeds button").focus();
  }

  // The page as the model says, also on rows that were drawn anew.
  draw() {
    this.#picked.keep(this.#rows.order);
    for (const row of this.#rows.all) {
      row.querySelector(".chat__select input").checked = this.#picked.has(row.dataset.chat);
    }
    this.#rows.scroller.classList.toggle("chats--selecting", this.size > 0 || this.#isChoosing);
    const count = this.#form.querySelector("[data-count]");
    count.textContent = this.size === 1 ? count.dataset.one : count.dataset.many.replace("{count}", this.size);
  }

  #tick(box) {
    const { chat } = box.closest(".chat").dataset;
    if (this.#isShift) this.#picked.reach(chat, this.#rows.order);
    else this.#picked.set(chat, box.checked);
    this.draw();
  }

  #choosing() {
    const button = this.#list.querySelector("[data-selecting]");
    if (this.#isChoosing) this.clear();
    else button.ariaPressed = "true";
    this.draw();
  }

  async #submit(event) {
    event.preventDefault();
    const { submitter } = event;
    const body = new URLSearchParams(new FormData(this.#form, submitter));
    body.delete("chat");
    for (const id of this.#picked.ids) body.append("chat", id);
    submitter.closest("[popover]")?.hidePopover();
    submitter.disabled = true;
    try {
      const answer = await ask("POST", this.#form.action, { body });
      this.#say(document.adoptNode(answer.querySelector(".notice")));
      this.#changed(body.getAll("chat"));
      this.#form.querySelector("[name=label]").value = "";
      this.clear();
      this.#rows.scroller.focus({ preventScroll: true });
    } catch ({ message }) {
      const notice = document.createElement("p");
      notice.className = "notice notice--bad";
      notice.textContent = message || this.#form.dataset.failed;
      this.#say(notice);
    } finally {
      submitter.disabled = false;
    }
  }

  #say(notice) {
    const place = this.#list.querySelector("[data-said]");
    place.replaceChildren(notice);
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => notice.remove(), SAID_FOR);
  }
}
