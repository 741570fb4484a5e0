// <live-stream>: brings the news to this page as events of the document: `tideline:news`, `tideline:presence`,
// `tideline:reload`. The stream itself is shared by the tabs of a browser where it can, and this tab's own where not.
//
// The detail of `tideline:news` is what live/news.py writes: `seq`, `kind`, and the ids of what to fetch again (`chat`,
// `message`, `number`). `data-after` moves on with it, so that whoever comes later knows how old the page is.

import { Feed } from "./models/feed.js";
import { listen } from "./models/source.js";

const WORKER = new URL("stream-worker.js", import.meta.url).pathname;
const PATIENCE = 3_000;
const policy = self.trustedTypes?.createPolicy("tideline", { createScriptURL: () => WORKER });

class LiveStream extends HTMLElement {
  #leave = null;
  #sign = null;

  connectedCallback() {
    this.#join();
    // a page that the browser kept aside comes back as it was
    addEventListener("pagehide", () => this.#part());
    addEventListener("pageshow", (event) => event.persisted && this.#join());
  }

  get after() {
    return Number(this.dataset.after);
  }

  #join() {
    const address = `/stream?workspace=${encodeURIComponent(this.dataset.workspace)}`;
    const tab = (one) => this.#take(one);
    try {
      const { port } = new SharedWorker(policy ? policy.createScriptURL("") : WORKER, { name: address, type: "module" });
      port.onmessage = ({ data }) => tab(data);
      port.postMessage({ after: this.after });
      this.#leave = () => port.postMessage({ bye: true });
    } catch {
      const feed = new Feed((after) => listen(address, after, { hear: (one) => feed.hear(one), say: (one) => feed.say(one) }));
      feed.join(tab, this.after);
      this.#leave = () => feed.leave(tab);
    }
  }

  #part() {
    this.#leave?.();
    this.#leave = null;
  }

  #take({ type, ...detail }) {
    if (detail.seq) this.dataset.after = detail.seq;
    if (type === "ended") this.#over();
    else if (type === "connected" || type === "disconnected") this.#connected(type === "connected");
    else document.dispatchEvent(new CustomEvent(`tideline:${type}`, { detail }));
  }

  // The page stays, with what is half written in it; all that it can do now is to lead to the way in.
  #over() {
    clearTimeout(this.#sign);
    this.firstElementChild.hidden = true;
    this.querySelector("[data-ended]").hidden = false;
    document.dispatchEvent(new CustomEvent("tideline:ended"));
  }

  #connected(isSo) {
    clearTimeout(this.#sign);
    this.toggleAttribute("data-open", isSo);
    const sign = this.firstElementChild;
    if (isSo) sign.hidden = true;
    else this.#sign = setTimeout(() => (sign.hidden = false), PATIENCE);
  }
}

customElements.define("live-stream", LiveStream);
