// Which chats of a list are chosen. It knows ids alone; the order of the list is handed in.

export const MOST = 200; // the server changes no more at once

export class Picked {
  #ids = new Set();
  #from = null;

  get ids() {
    return [...this.#ids];
  }

  get size() {
    return this.#ids.size;
  }

  has(id) {
    return this.#ids.has(id);
  }

  set(id, isPicked) {
    this.#put(id, isPicked);
    this.#from = id;
  }

  // From the chat that was touched last to this one: all become what that one is.
  reach(id, order) {
    const [from, to] = [order.indexOf(this.#from), order.indexOf(id)];
    if (from < 0 || to < 0) return this.set(id, !this.has(id));
    const isPicked = this.has(this.#from);
    for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#put(one, isPicked);
  }

  // Along the list with the keys: the chat one leaves and the one one comes to are both chosen.
  extend(from, to) {
    this.#put(from, true);
    this.set(to, true);
  }

  all(order) {
    for (const id of order) this.#put(id, true);
  }

  // What is not in the list any more is not chosen any more.
  keep(order) {
    const shown = new Set(order);
    for (const id of this.#ids) if (!shown.has(id)) this.#ids.delete(id);
  }

  clear() {
    this.#ids.clear();
    this.#from = null;
  }

  #put(id, isPicked) {
    if (!isPicked) this.#ids.delete(id);
    else if (this.#ids.size < MOST) this.#ids.add(id);
  }
}
