// <new-chat>: the dialog that starts a chat. Its form comes from the server, is drawn anew when a number or a template is
// chosen, and keeps what was typed, because it goes along.

import { ask, csrf } from "./models/request.js";
import { Suggest } from "./panel/suggest.js";

class NewChat extends HTMLElement {
  #file = null;
  #isSending = false;

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    document.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("change", ({ target }) => this.#changed(target));
    new Suggest(this);
  }

  async open(address) {
    const page = await ask("GET", address).catch(() => null);
    if (!page) return location.assign(address);
    this.#file = null;
    this.#put(page);
    if (!this.dialog.open) this.dialog.showModal();
    (this.querySelector("#new-to") ?? this.querySelector("#new-title")).focus();
  }

  #click(event) {
    const link = event.target.closest("[data-new-chat], [data-new-close]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.matches("[data-new-close]") && !this.contains(link)) return;
    event.preventDefault();
    if (link.matches("[data-new-close]")) this.dialog.close();
    else this.open(link.href);
  }

  #put(page) {
    const focused = this.contains(document.activeElement) ? document.activeElement.id : "";
    this.dialog.replaceChildren(...[...page.body.children].map((one) => document.adoptNode(one)));
    for (const one of this.querySelectorAll("[data-file-field], [data-add]")) one.hidden = false;
    this.#showFile();
    const wrong = this.querySelector("[aria-invalid=true]");
    (wrong || (focused && this.querySelector(`#${CSS.escape(focused)}`)) || this.querySelector("#new-title"))?.focus();
  }

  // a chosen file outlives its field
  #showFile() {
    const field = this.querySelector("#new-file");
    if (!field || !this.#file) return;
    const chosen = new DataTransfer();
    chosen.items.add(this.#file);
    field.files = chosen.files;
  }

  #changed(target) {
    if (target.id === "new-file") [this.#file = null] = target.files;
    else if (target.matches("[data-add]")) this.#add(target);
    else if (target.matches("[data-preview]")) this.#preview(target.form);
    else if (target.matches("[data-redraw]")) {
      if (target.dataset.replaces && target.value) target.form.elements[target.dataset.replaces].value = "";
      this.#post(target.form, this.#fields(target.form, null, "show"));
    }
  }

  // only that: meanwhile the next field is being filled in
  async #preview(form) {
    const page = await ask("POST", form.getAttribute("action"), { body: this.#fields(form, null, "show") }).catch(() => null);
    const fresh = page?.querySelector(".new-chat__preview");
    if (fresh) this.querySelector(".new-chat__preview")?.replaceWith(document.adoptNode(fresh));
  }

  // one more of several
  #add(field) {
    const list = this.querySelector("#new-to");
    if (field.value.trim()) list.value = `${list.value.trimEnd()}${list.value.trim() ? "\n" : ""}${field.value.trim()}\n`;
    field.value = "";
  }

  #fields(form, submitter, step) {
    const fields = new URLSearchParams([...new FormData(form, submitter)].filter(([, value]) => typeof value === "string"));
    if (step) fields.set("do", step);
    return fields;
  }

  #submit(event) {
    const form = event.target.closest("[data-new-form]");
    if (!form) return;
    event.preventDefault();
    const fields = this.#fields(form, event.submitter);
    const isFile = this.#file && fields.get("do") === "send" && form.dataset.files && form.querySelector("#new-file");
    this.#post(form, fields, isFile ? this.#file : null);
  }

  async #post(form, fields, file = null) {
    if (this.#isSending) return;
    this.#isSending = true;
    this.toggleAttribute("aria-busy", true);
    try {
      this.#take(await (file ? this.#carry(form, fields, file) : ask("POST", form.getAttribute("action"), { body: fields })));
    } catch (refused) {
      if (refused.page?.querySelector("[data-new-form]")) this.#put(refused.page);
      else this.#say(refused.message || this.dataset.offline);
    } finally {
      this.#isSending = false;
      this.toggleAttribute("aria-busy", false);
    }
  }

  #carry(form, fields, file) {
    fields.delete("csrf");
    fields.set("file", encodeURIComponent(file.name));
    const address = form.dataset.files;
    const headers = { "x-csrf": csrf(), "content-type": file.type || "application/octet-stream" };
    return ask("POST", `${address}${address.includes("?") ? "&" : "?"}${fields}`, { body: file, headers });
  }

  #take(page) {
    const go = page.querySelector("[data-go]");
    if (go) location.assign(go.dataset.go);
    else this.#put(page);
  }

  #say(sentence) {
    const line = this.querySelector("[data-error]");
    line.textContent = sentence;
    line.hidden = false;
  }
}

customElements.define("new-chat", NewChat);
