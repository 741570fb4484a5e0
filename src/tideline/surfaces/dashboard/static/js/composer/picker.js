// A list over the field from which one thing is chosen, with the pointer or the keyboard: templates, people, emoji.

export class Picker {
  #box;
  #list;
  #options = [];
  #at = 0;
  #chosen = null;

  constructor(box) {
    this.#box = box;
    this.#list = box.firstElementChild;
    box.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    box.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#choose(option);
    });
  }

  get isOpen() {
    return !this.#box.hidden;
  }

  // Shows these elements; without any, closes.
  show(options, chosen, { isGrid = false } = {}) {
    this.#options = options;
    this.#chosen = chosen;
    this.#list.classList.toggle("picker__grid", isGrid);
    this.#list.replaceChildren(...options);
    this.#box.hidden = !options.length;
    this.#mark(0);
  }

  close() {
    this.show([], null);
  }

  // True when the key meant the list.
  take({ key }) {
    if (!this.isOpen) return false;
    if (key === "Escape") this.close();
    else if (key === "ArrowDown" || key === "ArrowRight") this.#mark(this.#at + 1);
    else if (key === "ArrowUp" || key === "ArrowLeft") this.#mark(this.#at - 1);
    else if (key === "Enter" || key === "Tab") this.#choose(this.#options[this.#at]);
    else return false;
    return true;
  }

  #mark(at) {
    if (!this.#options.length) return;
    this.#at = (at + this.#options.length) % this.#options.length;
    for (const [n, option] of this.#options.entries()) option.setAttribute("aria-selected", n === this.#at);
    this.#options[this.#at].scrollIntoView({ block: "nearest" });
  }

  #choose(option) {
    const chosen = this.#chosen;
    this.close();
    chosen?.(option);
  }
}

export function option(text, data = {}) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "menu__item";
  made.setAttribute("role", "option");
  made.tabIndex = -1;
  made.textContent = text;
  Object.assign(made.dataset, data);
  return made;
}
