// Keeps the list fresh: the chats that something happened to are asked for together, and put where they belong now.
// While nobody looks, what happened is only noted.

import { ask } from "../models/request.js";

const GATHER = 250;
const ANYWHERE = ["WorkspaceChanged", "TeammateRenamed", "TeammateJoined", "TeammateRestored", "FileDeleted"];
const MOST = 60; // the server draws no more rows at once

export class ListNews {
  #put;
  #begin;
  #address;
  #changed = new Set();
  #isOld = false;
  #timer = null;

  // `put(part, ids)` takes rows, `begin()` draws the whole list anew
  constructor({ address, put, begin }) {
    this.#address = address;
    this.#put = put;
    this.#begin = begin;
  }

  listen() {
    document.addEventListener("tideline:news", ({ detail }) => this.#hear(detail));
    document.addEventListener("tideline:reload", () => this.old());
    document.addEventListener("visibilitychange", () => this.#later());
  }

  old() {
    this.#isOld = true;
    this.#later();
  }

  // numbers and people are called in many rows
  #hear({ kind, chat, gone, number }) {
    if (number || ANYWHERE.includes(kind)) this.old();
    else this.note([chat, ...(gone ?? [])]);
  }

  // something has happened to these chats
  note(ids) {
    for (const id of ids) if (id) this.#changed.add(String(id));
    this.#later();
  }

  #later() {
    if (!document.hidden && (this.#isOld || this.#changed.size)) this.#timer ??= setTimeout(() => this.#refresh(), GATHER);
  }

  async #refresh() {
    const ids = [...this.#changed];
    const isOld = this.#isOld || ids.length > MOST;
    this.#changed.clear();
    this.#isOld = false;
    try {
      if (isOld) await this.#begin();
      else this.#put(await ask("GET", this.#address("rows", ids.map((id) => ["c", id]))), ids);
    } catch {
      for (const id of ids) this.#changed.add(id);
      this.#isOld = isOld;
      await new Promise((resolve) => setTimeout(resolve, GATHER * 8));
    }
    this.#timer = null;
    this.#later();
  }
}
