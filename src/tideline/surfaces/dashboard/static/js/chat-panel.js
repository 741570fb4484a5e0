// <chat-panel>: what is known of the chat, beside the conversation or over it. It keeps itself fresh: after news of its
// chat it fetches its view again and puts what has changed in its place, but leaves what somebody is filling in.

import { ask } from "./models/request.js";
import { merged, Parts } from "./models/parts.js";
import { older } from "./panel/files.js";
import { Suggest } from "./panel/suggest.js";

const GATHER = 250;
const WIDE = "(min-width: 80.01rem)";
const COOKIE = "tideline_panel";
const YEAR = 31_536_000;

class ChatPanel extends HTMLElement {
  #timer = null;
  #isLate = false;
  #opener = null;
  #parts = new Parts();

  connectedCallback() {
    this.#parts.keep(this);
    this.inbox = this.closest(".inbox");
    document.addEventListener("tideline:news", ({ detail }) => this.#hear(detail));
    document.addEventListener("tideline:reload", () => this.#later());
    document.addEventListener("talk:state", () => this.#later());
    document.addEventListener("click", (event) => this.#toggled(event));
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("change", ({ target }) => target.form?.hasAttribute("data-at-once") && target.form.requestSubmit());
    this.addEventListener("toggle", ({ target }) => (target.open ? target.querySelector(".input")?.select() : this.#catchUp()), true);
    this.addEventListener("focusout", () => this.#catchUp());
    this.addEventListener("keydown", (event) => this.#key(event));
    new Suggest(this);
  }

  get isOpen() {
    return this.checkVisibility();
  }

  get #isEmpty() {
    return !this.firstElementChild;
  }

  // Opening and closing --------------------------------------------------------------------------------------------

  toggle() {
    return this.isOpen ? this.close() : this.open();
  }

  // Beside the conversation it is a habit, which the browser remembers; over it, it is for the moment.
  async open() {
    this.#opener = document.activeElement;
    if (matchMedia(WIDE).matches) remember("open");
    else this.inbox.classList.add("inbox--panel");
    this.inbox.classList.remove("inbox--no-panel");
    if (this.#isEmpty) await this.show(this.dataset.view);
    else this.#later();
    this.querySelector("#side-title")?.focus();
  }

  close() {
    this.inbox.classList.remove("inbox--panel");
    if (matchMedia(WIDE).matches) {
      this.inbox.classList.add("inbox--no-panel");
      remember("closed");
    }
    const back = this.#opener?.isConnected && this.#opener !== document.body ? this.#opener : document.querySelector("[data-panel-toggle]");
    back?.focus();
  }

  #toggled(event) {
    const toggle = event.target.closest("[data-panel-toggle]");
    if (!toggle || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.toggle();
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    const editor = this.querySelector("[data-editor][open]");
    if (editor) {
      editor.open = false;
      editor.querySelector("form").reset();
      editor.querySelector("summary").focus();
    } else this.close();
  }

  // Keeping fresh --------------------------------------------------------------------------------------------------

  #hear({ kind, chat, number, message }) {
    if (kind === "MessageRevoked") this.querySelectorAll(`[data-files] [data-uid="${CSS.escape(message)}"]`).forEach((one) => one.remove());
    if (chat === Number(this.dataset.chat) || number || kind === "ChatPhotoChanged") this.#later(); // members have pictures
  }

  #later() {
    if (!this.#isEmpty) this.#timer ??= setTimeout(() => this.#refresh(), GATHER);
  }

  async #refresh() {
    this.#timer = null;
    if (!this.isOpen) return this.replaceChildren(); // fetched anew when it is opened
    const view = this.dataset.view;
    const fresh = await ask("GET", view).catch(() => null);
    if (fresh && view === this.dataset.view) this.put(fresh);
  }

  // What has changed takes the place of what was; an unfinished part waits until it is left.
  put(fresh) {
    const files = this.querySelector("[data-files]");
    if (files && fresh.querySelector("[data-files]")) return merged(files, fresh.querySelector("[data-files]"));
    this.#isLate = false;
    for (const { stale, part } of this.#parts.changed(this, fresh)) {
      if (stale && isBusy(stale)) this.#isLate = true;
      else this.#swap(stale, part);
    }
  }

  #swap(stale, part) {
    if (!stale || !part) return;
    const focused = stale.contains(document.activeElement) ? document.activeElement.id || null : undefined;
    stale.replaceWith(document.adoptNode(part));
    if (focused === undefined) return;
    const again = focused ? this.querySelector(`#${CSS.escape(focused)}`) : null;
    (again ?? this.querySelector("#side-title"))?.focus({ preventScroll: true });
  }

  #catchUp() {
    if (this.#isLate) this.#later();
  }

  async show(view) {
    const page = await ask("GET", view).catch(() => null);
    if (!page) return location.assign(view);
    this.dataset.view = view;
    this.#parts.keep(page);
    this.replaceChildren(...[...page.body.children].map((one) => document.adoptNode(one)));
  }

  // Changing -------------------------------------------------------------------------------------------------------

  #click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { target } = event;
    const view = target.closest("[data-view]");
    const jump = target.closest("[data-jump]");
    const more = target.closest("[data-older-files]");
    if (target.closest("[data-panel-close]")) this.close();
    else if (more) older(more);
    else if (jump) this.#jump(jump.hash.slice(1));
    else if (view && view !== this) this.show(view.getAttribute("href")).then(() => this.querySelector("#side-title")?.focus());
    else return;
    event.preventDefault();
  }

  #jump(id) {
    if (!matchMedia(WIDE).matches) this.close();
    document.querySelector("message-timeline").jump(id);
  }

  async #submit(event) {
    const form = event.target.closest("[data-panel-form]");
    if (!form) return;
    event.preventDefault();
    const part = form.closest("[data-part]");
    const line = part.querySelector("[data-error]");
    line.hidden = true;
    try {
      const fields = new URLSearchParams(new FormData(form, event.submitter));
      const fresh = await ask("POST", form.getAttribute("action") + new URL(this.dataset.view, location).search, { body: fields });
      form.closest("[data-editor]")?.removeAttribute("open");
      if (!form.hasAttribute("data-at-once")) form.reset();
      this.put(fresh);
    } catch (refused) {
      if (refused.status === 404) return location.assign("/");
      if (refused.status === 401) return; // the stream says so, and keeps what is half written
      line.textContent = refused.message || this.dataset.offline;
      line.hidden = false;
      if (form.hasAttribute("data-at-once")) form.reset();
    }
  }
}

// Somebody writes in it: a name, or a label that is not added yet.
function isBusy(part) {
  const { activeElement } = document;
  const isWriting = part.contains(activeElement) && activeElement.matches("input:not([type=checkbox])") && activeElement.value !== activeElement.defaultValue;
  return isWriting || Boolean(part.querySelector("[data-editor][open]"));
}

const remember = (state) => (document.cookie = `${COOKIE}=${state}; path=/; max-age=${YEAR}; samesite=lax`);

customElements.define("chat-panel", ChatPanel);
