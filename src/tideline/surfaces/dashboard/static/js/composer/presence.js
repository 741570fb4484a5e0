// Says that this tab reads or writes in the chat, and shows who else does, so that two people do not answer at once.

import { send } from "../models/request.js";

const STILL = 40_000;
const WRITING = 4_000;

export class Presence {
  #address;
  #line;
  #words;
  #me;
  #tab = crypto.randomUUID?.() ?? String(Math.random());
  #wrote = 0;
  #over = null;

  constructor(address, line, words, me) {
    this.#address = `${address}/presence`;
    this.#line = line;
    this.#words = words;
    this.#me = me;
    const chat = Number(address.split("/").at(-1));
    document.addEventListener("tideline:presence", ({ detail }) => detail.chat === chat && this.#show(detail.people));
    document.addEventListener("visibilitychange", () => this.#say(document.hidden ? "gone" : "reading"));
    addEventListener("pagehide", () => this.#say("gone"));
    setInterval(() => document.hidden || this.#say("reading"), STILL);
    if (!document.hidden) this.#say("reading");
  }

  writes() {
    if (Date.now() - this.#wrote < WRITING) return;
    this.#wrote = Date.now();
    this.#say("writing");
  }

  sent() {
    this.#wrote = 0;
    this.#say("reading");
  }

  #say(what) {
    send(this.#address, { tab: this.#tab, is: what }).catch(() => {});
  }

  #show(people) {
    clearTimeout(this.#over);
    const others = people.filter(({ id }) => id !== this.#me);
    const said = others.map(({ name, doing }) => this.#words[doing].replace("{name}", name));
    this.#line.textContent = said.join(" · ");
    this.#line.hidden = !said.length;
    if (others.some(({ doing }) => doing === "writing")) {
      const still = people.map((one) => ({ ...one, doing: "reading" }));
      this.#over = setTimeout(() => this.#show(still), 2 * WRITING);
    }
  }
}
