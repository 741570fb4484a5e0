// <chat-list>: the list of chats. It keeps itself fresh, reads on, remembers where one was, and does things with many.

import { Finding } from "./list/finding.js";
import { ListNews } from "./list/news.js";
import { ListPages } from "./list/pages.js";
import { Picking } from "./list/picking.js";
import { Rows } from "./list/rows.js";
import { ask } from "./models/request.js";

const KEPT = "tideline:list";
const PARTS = ["[data-views]", "[data-chips]", "[data-scroll]", "#list-filters", "#list-views", "#bulk-whose"];
const MOST_SHOWN = 500;
const row = (link) => link?.closest("[data-chat]");

class ChatList extends HTMLElement {
  #rows = new Rows(this);
  #pages = new ListPages(this.#rows, (query) => this.address("", new URLSearchParams(query)), () => this.#picking.draw());
  #picking = null;
  #finding = null;
  #news = new ListNews({
    address: (part, query) => this.address(part, [...new URLSearchParams(this.#query), ...query]),
    put: (part, ids) => this.#put(part, ids),
    begin: () => this.#begin(),
  });

  connectedCallback() {
    this.#picking = new Picking(this, this.#rows, (ids) => this.#news.note(ids));
    this.#finding = new Finding(this, (page) => this.#show(page));
    this.#pages.watch();
    this.#news.listen();
    this.#comeBack();
    addEventListener("pagehide", () => this.#remember());
    addEventListener("pageshow", ({ persisted }) => persisted && this.#news.old());
    document.addEventListener("click", ({ target }) => this.#leave(target.closest?.(".talk__back")), { capture: true });
  }

  // Where the list, or a part of it, is asked for.
  address(part, query) {
    const asked = new URLSearchParams(query);
    asked.set("workspace", document.querySelector("live-stream").dataset.workspace);
    const open = /^\/chat\/(\d+)\//.exec(location.pathname);
    if (open) asked.set("open", open[1]);
    return `/chats${part ? `/${part}` : ""}?${asked}`;
  }

  // What the list shows, without where in it or in a conversation one is.
  get #query() {
    const query = new URLSearchParams(location.search);
    for (const name of ["after", "hits", "at", "before", "workspace"]) query.delete(name);
    return query.toString();
  }

  // Keys ----------------------------------------------------------------------------------------------------------

  get hasChosen() {
    return this.#picking.size > 0;
  }

  move(by) {
    const links = [...this.querySelectorAll(".chat__link")];
    const to = links[Math.min(Math.max(links.indexOf(this.#current(links)) + by, 0), links.length - 1)];
    to?.focus();
    return to;
  }

  key(name) {
    const links = [...this.querySelectorAll(".chat__link")];
    const here = row(this.#current(links));
    const keys = {
      "/": () => this.#finding.focus(),
      f: () => this.#finding.openFilters(),
      x: () => this.#picking.toggle(here ?? row(this.move(0))),
      J: () => this.#picking.extend(here ?? row(this.move(0)), row(this.move(1))),
      K: () => this.#picking.extend(here ?? row(this.move(0)), row(this.move(-1))),
      A: () => this.#picking.all(),
      b: () => this.#picking.enter(),
      Escape: () => this.#picking.clear(),
    };
    keys[name]();
  }

  // the chat that has the focus, else the one that is open
  #current(links) {
    const focused = document.activeElement.closest?.(".chat")?.querySelector(".chat__link");
    return focused && this.contains(focused) ? focused : links.find((link) => link.ariaCurrent === "true");
  }

  // Fresh ---------------------------------------------------------------------------------------------------------

  #put(part, ids) {
    const fresh = new Map([...part.querySelectorAll("[data-chat]")].map((row) => [row.dataset.chat, document.adoptNode(row)]));
    this.querySelector("[data-views]").replaceWith(document.adoptNode(part.querySelector("[data-views]")));
    this.#rows.put(fresh, this.hasAttribute("data-behind") ? ids.filter((id) => this.#rows.of(id)) : ids);
    this.#picking.draw();
    this.#pages.watch();
  }

  // Too much was missed: what is shown is drawn anew, as far as somebody has read.
  async #begin() {
    const [view, count] = [this.#rows.view, Math.min(this.#rows.all.length, MOST_SHOWN)];
    this.#show(await ask("GET", this.address("", new URLSearchParams(this.#query))));
    await this.#pages.until(() => this.#rows.all.length >= count);
    if (view) this.#rows.to(view);
  }

  #show(page) {
    for (const part of PARTS) {
      const [fresh, stale] = [page.querySelector(part), this.querySelector(part)];
      if (!stale.matches(":popover-open")) stale.replaceWith(document.adoptNode(fresh));
    }
    this.removeAttribute("data-behind");
    this.#picking.draw();
    this.#pages.watch();
  }

  // Going and coming back -------------------------------------------------------------------------------------------

  get #kept() {
    return `${KEPT} ${document.querySelector("live-stream").dataset.workspace}`;
  }

  #remember() {
    sessionStorage.setItem(this.#kept, JSON.stringify({ query: this.#query, view: this.#rows.view }));
  }

  async #comeBack() {
    const kept = JSON.parse(sessionStorage.getItem(this.#kept) ?? "{}");
    if (!kept.view || kept.query !== this.#query || this.hasAttribute("data-behind")) return;
    if (this.#rows.to(kept.view)) return;
    await this.#pages.until(() => this.#rows.of(kept.view.id));
    this.#rows.to(kept.view);
  }

  // from a conversation to the list it was opened from
  #leave(link) {
    if (link) link.href = `/?${new URLSearchParams([...new URLSearchParams(this.#query), ["workspace", document.querySelector("live-stream").dataset.workspace]])}`;
  }
}

customElements.define("chat-list", ChatList);
