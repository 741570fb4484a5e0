// Older pages of a conversation, put on top when somebody gets there, and jumps to what a message answers.
// The list is laid out from its end, so what is put on top moves nothing.

import { ask } from "../models/request.js";

const MOST_JUMPS = 20;

export class Pages {
  #timeline;
  #tidy;
  #loading = null;

  constructor(timeline, tidy) {
    this.#timeline = timeline;
    this.#tidy = tidy;
  }

  get #link() {
    return this.#timeline.querySelector("[data-older]");
  }

  watch() {
    if (!this.#link) return;
    const seen = ([entry], watching) => {
      if (!entry.isIntersecting) return;
      watching.disconnect();
      this.#older();
    };
    new IntersectionObserver(seen, { root: this.#timeline, rootMargin: "400px" }).observe(this.#link);
  }

  async jump(id) {
    for (let n = 0; n < MOST_JUMPS && !document.getElementById(id); n++) if (!(await this.#older())) return;
    const target = document.getElementById(id);
    if (!target) return;
    this.#timeline.querySelector(".is-target")?.classList.remove("is-target");
    target.classList.add("is-target");
    target.scrollIntoView({ block: "center" });
  }

  // Where somebody reads: the first message that is in sight, unless it is the end, which keeps itself.
  place() {
    const { top } = this.#timeline.getBoundingClientRect();
    if (this.#timeline.scrollTop > -1) return null;
    const first = [...this.#timeline.querySelectorAll(".msg[data-at]")].find((one) => one.getBoundingClientRect().bottom > top);
    return first ? { id: first.id, down: first.getBoundingClientRect().top - top } : null;
  }

  async back(place) {
    if (!place) return;
    for (let n = 0; n < MOST_JUMPS && !document.getElementById(place.id); n++) if (!(await this.#older())) return;
    const { top } = this.#timeline.getBoundingClientRect();
    const now = document.getElementById(place.id)?.getBoundingClientRect().top - top;
    if (Number.isFinite(now)) this.#timeline.scrollTop += now - place.down;
  }

  // One page more; false when there is none. Asked for twice, it comes once.
  #older() {
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load() {
    const link = this.#link;
    if (!link) return false;
    const page = await ask("GET", link.href).catch(() => null);
    if (!page || !link.isConnected) return false;
    const { list } = this.#timeline;
    const shown = [...page.querySelector(".timeline").children];
    const first = list.querySelector(".day");
    const last = shown.findLast((one) => one.matches(".day"));
    if (first && last && first.dataset.day === last.dataset.day) first.remove();
    list.prepend(...shown.map((one) => document.adoptNode(one)));
    const next = page.querySelector("[data-older]");
    if (next) link.replaceWith(document.adoptNode(next));
    else link.parentElement.remove();
    this.#tidy();
    this.watch();
    return true;
  }
}
