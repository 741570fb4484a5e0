// <template-form>: while a template is written, shows how it will look, and takes its file along. Without a script the
// words can be saved all the same.

import { ask, csrf, send } from "./models/request.js";

const PAUSE = 250;

class TemplateForm extends HTMLElement {
  #timer = null;
  #asked = 0;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.file = this.form.elements.file_uid;
    const choose = this.querySelector("[data-choose]");
    this.querySelector("[data-tools]").hidden = false;
    this.querySelector("[data-open]").addEventListener("click", () => choose.click());
    this.querySelector("[data-remove]").addEventListener("click", () => this.#put(null));
    choose.addEventListener("change", () => {
      if (choose.files.length) this.#upload(choose.files[0]);
      choose.value = "";
    });
    this.form.addEventListener("submit", ({ submitter }) => setTimeout(() => (submitter.disabled = true))); // once is enough
    this.form.elements.text.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#preview(), PAUSE);
    });
  }

  // only the newest answer counts: they may come in any order
  async #preview() {
    const number = ++this.#asked;
    const answer = await send(this.#address("preview"), { text: this.form.elements.text.value }).catch(() => null);
    if (answer && number === this.#asked) this.querySelector("[data-preview]").replaceWith(answer.querySelector("[data-preview]"));
  }

  async #upload(file) {
    const [progress, problem] = [this.querySelector("[data-progress]"), this.querySelector("[data-problem]")];
    const buttons = this.form.querySelectorAll("button");
    problem.hidden = true;
    progress.hidden = false;
    progress.value = 0;
    for (const button of buttons) button.disabled = true; // saved now, it would go without its file
    try {
      const answer = await ask("POST", this.#address("file", { name: encodeURIComponent(file.name) }), {
        body: file,
        headers: { "x-csrf": csrf(), "content-type": file.type || "application/octet-stream" },
        progress: (part) => (progress.value = part),
      });
      this.#put(answer.querySelector("[data-shown]"));
    } catch (refused) {
      problem.querySelector("span").textContent = refused.message || problem.dataset.lost;
      problem.hidden = false;
    }
    progress.hidden = true;
    for (const button of buttons) button.disabled = false;
  }

  #put(shown) {
    this.file.value = shown?.dataset.uid ?? "";
    this.querySelector("[data-place]").replaceChildren(...(shown ? [shown] : []));
    this.querySelector("[data-file]").replaceChildren(...(shown ? [shown.firstElementChild.cloneNode(true)] : []));
    this.querySelector("[data-remove]").hidden = !shown;
    const label = this.querySelector("[data-label]");
    label.textContent = shown ? label.dataset.other : label.dataset.first;
    this.querySelector("[data-open]").focus();
  }

  #address(what, query = {}) {
    const asked = new URLSearchParams(this.dataset.workspace ? { ...query, workspace: this.dataset.workspace } : query);
    return `/templates/${what}?${asked}`;
  }
}

customElements.define("template-form", TemplateForm);
