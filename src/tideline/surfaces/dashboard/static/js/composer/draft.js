// What is half written in a chat is kept by this browser until it is sent.

export class Draft {
  #key;
  #field;

  constructor(key, field) {
    this.#key = key;
    this.#field = field;
    if (!field.value) field.value = localStorage.getItem(key) ?? "";
    // another tab of the same chat has gone on with it, or has sent it
    addEventListener("storage", (event) => {
      if (event.key === key && (document.hidden || document.activeElement !== field)) field.value = event.newValue ?? "";
    });
  }

  save() {
    const { value } = this.#field;
    if (value) localStorage.setItem(this.#key, value);
    else localStorage.removeItem(this.#key);
  }

  clear() {
    this.#field.value = "";
    this.save();
  }
}
