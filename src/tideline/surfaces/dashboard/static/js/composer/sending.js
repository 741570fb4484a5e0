// What is sent shows at once as a pending bubble, and the message that the server draws takes its place; what was not sent
// stays, with a way to try again under the same key.

import { ask, csrf, send } from "../models/request.js";
import { bubble, failed, progressed } from "./pending.js";

export class Sending {
  #timeline;
  #address;
  #words;
  #uploads = Promise.resolve();

  constructor(timeline, address, words) {
    this.#timeline = timeline;
    this.#address = address;
    this.#words = words;
  }

  // Fields to an address that answers with the message; `text` is what the bubble shows until then.
  fields(address, fields, text, isNote = false) {
    const key = crypto.randomUUID();
    const item = bubble(key, text, { isNote, words: this.#words });
    this.#deliver(item, () => this.#timeline.holding(() => send(address, { ...fields, key })));
  }

  // One after the other, so that they arrive in the order in which they were chosen; while bytes leave, news come in.
  file(file, caption, more) {
    const key = crypto.randomUUID();
    const item = bubble(key, caption, { isNote: false, words: this.#words, filename: file.name });
    const query = new URLSearchParams({ name: encodeURIComponent(file.name), caption, key, ...more });
    const address = `${this.#address}/files?${query}`;
    this.#deliver(item, () => {
      const go = () => this.#upload(address, file, item);
      return (this.#uploads = this.#uploads.then(go, go));
    });
  }

  #upload(address, file, item) {
    const headers = { "x-csrf": csrf(), "content-type": file.type || "application/octet-stream" };
    let release = null;
    const progress = (part) => {
      progressed(item, part);
      if (part === 1) release ??= this.#timeline.hold();
    };
    return ask("POST", address, { body: file, headers, progress }).finally(() => release?.());
  }

  #deliver(item, go) {
    this.#timeline.add(item);
    const attempt = async () => {
      try {
        const parts = await go();
        item.remove();
        this.#timeline.put(parts);
      } catch (refused) {
        failed(item, refused.message, this.#words, attempt);
        this.#timeline.look(); // perhaps it is not allowed any more
      }
    };
    attempt();
  }
}
