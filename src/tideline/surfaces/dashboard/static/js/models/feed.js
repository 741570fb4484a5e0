// The news of one workspace, heard once and told to every tab: what was heard is kept for tabs that come later.

export const KEPT = 500;

export class Feed {
  #open;
  #close = null;
  #since = 0;
  #kept = [];
  #tabs = new Map();
  #isConnected = false;

  // `open(after)` begins to listen behind a number, and gives what ends it
  constructor(open) {
    this.#open = open;
  }

  get last() {
    return this.#kept.at(-1)?.seq ?? this.#since;
  }

  join(tab, after) {
    this.#tabs.set(tab, after);
    if (this.#isConnected) tab({ type: "connected" });
    if (!this.#close) {
      this.#since = after;
      this.#kept = [];
      this.#close = this.#open(after);
    } else if (after < this.#since) {
      tab({ type: "reload" });
    } else {
      for (const one of this.#kept) this.#give(tab, one);
    }
  }

  leave(tab) {
    this.#tabs.delete(tab);
    if (this.#tabs.size || !this.#close) return;
    this.#close();
    this.#close = null;
    this.#isConnected = false;
  }

  // something with a number: kept, and told to those who have not got it
  hear(one) {
    this.#kept.push(one);
    if (one.type === "reload") this.#forget(this.#kept.length);
    else if (this.#kept.length > KEPT) this.#forget(1);
    for (const tab of [...this.#tabs.keys()]) this.#give(tab, one);
  }

  // something of the moment: presence, or that there is no connection
  say(one) {
    if (one.type === "connected" || one.type === "disconnected") this.#isConnected = one.type === "connected";
    for (const tab of [...this.#tabs.keys()]) tab(one);
  }

  #give(tab, one) {
    if (one.seq <= this.#tabs.get(tab)) return;
    this.#tabs.set(tab, one.seq);
    tab(one);
  }

  #forget(count) {
    const gone = this.#kept.splice(0, count);
    this.#since = Math.max(this.#since, gone.at(-1).seq);
  }
}
