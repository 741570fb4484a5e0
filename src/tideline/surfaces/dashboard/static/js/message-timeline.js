// <message-timeline>: a conversation that keeps itself fresh. What has changed is fetched as the server draws it, put
// in its place, and older pages are put on top without moving what is read.

import { ask, send } from "./models/request.js";
import { Pages } from "./timeline/pages.js";
import { place, tidy } from "./timeline/placing.js";

const GATHER = 30;
const AT_ONCE = 50; // so many messages may be asked for in one request
const MOST = 4 * AT_ONCE; // beyond that everything is drawn anew
const IN_CHAT = ["ChatRenamed", "GroupChanged", "ChatsMerged"]; // names stand at every message, messages come anywhere
const ANYWHERE = ["WorkspaceChanged", "TeammateRenamed", "FileDeleted"];
const WAITS = [1_000, 2_000, 4_000, 8_000, 16_000];

class MessageTimeline extends HTMLElement {
  #changed = new Set();
  #isAllChanged = false;
  #isFetching = false;
  #timer = null;
  #held = 0;
  #tries = 0;
  #pages = new Pages(this, () => this.#tidy());

  connectedCallback() {
    document.addEventListener("tideline:news", ({ detail }) => this.#hear(detail));
    document.addEventListener("tideline:reload", () => this.#noteAll());
    this.addEventListener("click", (event) => this.#click(event));
    this.#pages.watch();
    this.#await();
  }

  get list() {
    return this.querySelector(".timeline");
  }

  get address() {
    return `/chat/${this.dataset.chat}`;
  }

  get isLive() {
    return this.hasAttribute("data-live");
  }

  // While something is being sent, its news wait for its answer: the pending bubble is replaced, not doubled.
  async holding(work) {
    const release = this.hold();
    try {
      return await work();
    } finally {
      release();
    }
  }

  // Holds them until what it gives is called.
  hold() {
    this.#held++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held--;
      this.#later();
    };
  }

  // Parts as the server drew them: the head, the notice, and messages that take the place of their older selves.
  put(parts) {
    for (const id of ["talk-head", "talk-notice", "talk-window"]) {
      const fresh = parts.getElementById(id);
      const stale = document.getElementById(id);
      if (fresh && stale && fresh.outerHTML !== stale.outerHTML) stale.replaceWith(document.adoptNode(fresh));
    }
    const state = parts.getElementById("composer-state");
    if (state) this.dispatchEvent(new CustomEvent("talk:state", { bubbles: true, detail: { ...state.dataset } }));
    const days = new Map([...parts.querySelectorAll(".day")].map((day) => [day.dataset.day, day]));
    for (const message of parts.querySelectorAll(".msg")) place(this.list, document.adoptNode(message), days, this.querySelector("[data-older]"));
    this.#tidy();
  }

  // Asks for the head again: nobody tells when time is over.
  look() {
    this.#note();
  }

  add(pending) {
    this.list.append(pending);
    this.#tidy();
    this.toEnd();
  }

  // to a message, however old it is
  jump(id) {
    return this.#pages.jump(id);
  }

  toEnd() {
    this.scrollTop = 0; // the list is laid out from its end
  }

  #tidy() {
    tidy(this.list);
    this.querySelector("[data-empty]")?.toggleAttribute("hidden", this.list.children.length > 0);
    this.#await();
  }

  // Hearing -------------------------------------------------------------------------------------------------------

  #hear({ kind, chat, message, gone, number }) {
    const mine = Number(this.dataset.chat);
    if (kind === "ChatPhotoChanged") this.#noteFaces(chat);
    if (gone?.includes(mine)) location.reload();
    else if (chat === mine && kind === "ChatGone") location.assign("/");
    else if ((chat === mine && IN_CHAT.includes(kind)) || ANYWHERE.includes(kind)) this.#noteAll();
    else if (chat === mine || number) this.#note(message);
  }

  // what somebody wrote into a group shows the picture of the chat with them
  #noteFaces(chat) {
    for (const face of this.querySelectorAll(`[data-face="${chat}"]`)) this.#note(face.closest(".msg").id.slice(2));
  }

  // a message, and those that quote it; without one, only the head
  #note(message = "") {
    this.#changed.add(message);
    for (const quote of this.querySelectorAll(`[data-quote][href="#m-${message}"]`)) {
      this.#changed.add(quote.closest(".msg").id.slice(2));
    }
    this.#later();
  }

  #noteAll() {
    this.#isAllChanged = true;
    this.#later();
  }

  #later() {
    const isDue = this.#isAllChanged || this.#changed.size;
    if (isDue && !this.#held && !this.#isFetching) this.#timer ??= setTimeout(() => this.#fetch(), GATHER);
  }

  // One at a time, so that no late answer puts something older over something newer.
  async #fetch() {
    this.#timer = null;
    if (this.#held || this.#isFetching) return;
    const [named, isAll] = [[...this.#changed], this.#isAllChanged || this.#changed.size > MOST];
    this.#changed.clear();
    this.#isAllChanged = false;
    this.#isFetching = true;
    try {
      await (isAll ? this.#begin() : this.#fetchParts(named));
    } catch (refused) {
      if (refused.status === 404) location.assign("/");
      else if (refused.status === 401) return; // the stream says so too
      else setTimeout(() => (isAll ? this.#noteAll() : named.forEach((uid) => this.#note(uid))), WAITS[0]);
    } finally {
      this.#isFetching = false;
      this.#later();
    }
  }

  async #fetchParts(changed) {
    const shown = changed.filter((uid) => uid && (this.isLive || document.getElementById(`m-${uid}`)));
    for (let at = 0; at === 0 || at < shown.length; at += AT_ONCE) {
      const named = shown.slice(at, at + AT_ONCE).map((uid) => ["m", uid]);
      this.put(await ask("GET", `${this.address}/parts?${new URLSearchParams(named)}`));
    }
  }

  // Everything that is shown is drawn anew. What was not sent stays, and so does the place that somebody reads at.
  async #begin() {
    const page = await ask("GET", location.pathname + location.search);
    const unsent = [...this.list.querySelectorAll(".msg:not([data-at])")];
    const read = this.#pages.place();
    this.replaceChildren(...document.adoptNode(page.querySelector("message-timeline")).childNodes);
    this.list.append(...unsent);
    this.put(page);
    this.dispatchEvent(new CustomEvent("talk:page", { bubbles: true, detail: page }));
    this.#pages.watch();
    await this.#pages.back(read);
  }

  // Files come after their message, and nobody says when.
  #await() {
    const waiting = [...this.querySelectorAll("[data-awaits]")];
    if (!waiting.length) this.#tries = 0;
    else if (this.#tries < WAITS.length && !this.#timer) {
      setTimeout(() => waiting.forEach((one) => this.#note(one.id.slice(2))), WAITS[this.#tries++]);
    }
  }

  #click(event) {
    const quote = event.target.closest("[data-quote]");
    const again = event.target.closest("[data-again]");
    if (quote) {
      event.preventDefault();
      this.#pages.jump(quote.hash.slice(1));
    } else if (again?.dataset.again) {
      again.disabled = true;
      this.holding(() => send(`${this.address}/messages/${again.dataset.again}/again`, {}))
        .then((parts) => this.put(parts))
        .catch(({ message }) => (again.previousElementSibling.textContent = message))
        .finally(() => (again.disabled = false));
    }
  }
}

customElements.define("message-timeline", MessageTimeline);
