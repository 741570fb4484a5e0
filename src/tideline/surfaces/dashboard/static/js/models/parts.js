// Parts of a view by their names: which of them are another now, and lists that have grown. Needs only elements.

const named = (view) => new Map([...view.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));

// Compares with what the server sent: what scripts and people did to a part since does not make it another.
export class Parts {
  #sent = new WeakMap();

  // to be called before a view becomes part of the page
  keep(view) {
    for (const part of named(view).values()) this.#sent.set(part, part.outerHTML);
  }

  // Pairs of what stands there and what should. A part that is new is put behind the one before it, one that is gone is
  // taken away; neither needs anybody's leave.
  changed(view, fresh) {
    this.keep(fresh);
    const [was, now] = [named(view), named(fresh)];
    for (const [name, part] of was) if (!now.has(name)) part.remove();
    const pairs = [];
    let before = null;
    for (const [name, part] of now) {
      const stale = was.get(name);
      if (!stale) before?.after(part);
      else if (this.#sent.get(stale) !== this.#sent.get(part)) pairs.push({ stale, part });
      before = stale ?? part;
    }
    return pairs;
  }
}

// The newest page of a list of files, put before the older ones that were fetched since.
export function merged(list, fresh) {
  const known = new Set([...list.children].map((one) => one.dataset.uid));
  const first = list.firstElementChild;
  for (const one of [...fresh.children]) {
    if (!known.has(one.dataset.uid)) list.insertBefore(list.ownerDocument.adoptNode(one), first);
  }
}
