// <message-composer>: where messages and notes are written, with files, voice, templates and whom to mention.

import { BusinessPicker } from "./composer/business-picker.js";
import { Attachments } from "./composer/attachments.js";
import { Draft } from "./composer/draft.js";
import { Picker } from "./composer/picker.js";
import { Presence } from "./composer/presence.js";
import { Recorder } from "./composer/recorder.js";
import { Sending } from "./composer/sending.js";
import { Suggestions } from "./composer/suggestions.js";
import "./composer/window-clock.js";
import { nextPlace } from "./models/gaps.js";

class MessageComposer extends HTMLElement {
  #warned = "";

  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.address = `/chat/${this.dataset.chat}`;
    this.timeline = document.querySelector("message-timeline");
    this.sending = new Sending(this.timeline, this.address, this.dataset);
    this.picker = new Picker(this.querySelector("[data-picker]"));
    this.suggestions = new Suggestions(this);
    this.files = new Attachments(this.querySelector("[data-files]"), this.dataset.remove, (file) => this.#refuse(file));
    this.draft = new Draft(`draft ${this.dataset.me} ${this.dataset.chat}`, this.field);
    this.recorder = new Recorder();
    const dialog = this.querySelector("[data-business-picker]");
    this.business = dialog && new BusinessPicker(this, dialog);
    this.presence = new Presence(this.address, this.querySelector("[data-presence]"), this.dataset, Number(this.dataset.me));
    addEventListener("beforeunload", (event) => this.#isUnsafe && event.preventDefault());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("input", () => this.#typed());
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("click", (event) => this.#click(event));
    this.querySelector("[data-file]").addEventListener("change", ({ target }) => {
      this.files.add(target.files);
      target.value = "";
    });
    this.addEventListener("window:over", () => this.timeline.look());
    const conversation = document.querySelector("[data-conversation]");
    conversation.addEventListener("talk:state", ({ detail }) => this.#turn(detail.mode));
    conversation.addEventListener("talk:page", ({ detail }) => this.#rename(detail.querySelector("message-composer")));
    this.#take(conversation);
  }

  get isNote() {
    return this.form.elements.kind.value === "note";
  }

  // Words into the field, where the cursor is, instead of the `replaced` letters before it.
  insert(text, replaced = 0) {
    const at = this.field.selectionStart;
    this.field.setRangeText(text, at - replaced, this.field.selectionEnd, "end");
    this.field.focus();
    this.draft.save();
  }

  reply(message) {
    const quoted = this.querySelector("[data-quoted]");
    this.form.elements.reply_to.value = message ? message.id.slice(2) : "";
    quoted.hidden = !message;
    if (!message) return;
    quoted.querySelector(".quote__text").textContent = message.querySelector(".bubble__text, .doc__name")?.textContent ?? "";
    this.kind("reply");
    this.field.focus();
  }

  kind(kind) {
    this.form.elements.kind.value = kind;
    this.classList.toggle("composer--note", kind === "note");
    this.field.placeholder = kind === "note" ? this.dataset.note : this.dataset.write;
    for (const button of this.querySelectorAll("[data-kind]")) button.setAttribute("aria-pressed", button.dataset.kind === kind);
    this.field.focus();
  }

  get mayWrite() {
    return this.isNote || this.dataset.mode === "free";
  }

  // What is half written stays in the field, and is there again when the customer has written.
  #turn(mode) {
    if (!mode || mode === this.dataset.mode) return;
    const wasInField = document.activeElement === this.field;
    this.dataset.mode = mode;
    this.picker.close();
    if (wasInField && !this.mayWrite) (this.querySelector("[data-business-templates]") ?? this.querySelector("[data-kind=note]")).focus();
  }

  // the contact has another name
  #rename(fresh) {
    if (!fresh) return;
    this.#turn(fresh.dataset.mode);
    this.dataset.write = fresh.dataset.write;
    this.querySelector("label[for=text]").textContent = fresh.querySelector("label[for=text]").textContent;
    if (!this.isNote) this.field.placeholder = this.dataset.write;
  }

  // pasted and dropped files
  #take(conversation) {
    const take = (event, files) => {
      if (!files?.length || !this.mayWrite) return;
      event.preventDefault();
      this.files.add(files);
      this.field.focus();
    };
    conversation.addEventListener("paste", (event) => take(event, event.clipboardData?.files));
    conversation.addEventListener("dragover", (event) => event.preventDefault());
    conversation.addEventListener("drop", (event) => take(event, event.dataTransfer?.files));
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.picker.take(event) || (event.key === "Tab" && !event.shiftKey && this.suggestions.toPlace())) event.preventDefault();
    else if (event.key === "Escape" && this.recorder.isOn) this.#discard();
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.form.requestSubmit();
    } else if (event.key === "Escape") this.reply(null);
  }

  #typed() {
    this.draft.save();
    this.presence.writes();
    if (!this.field.value.trim()) this.suggestions.forget(); // the file of a template goes only with a text it began
    this.suggestions.look();
  }

  #click({ target }) {
    const button = target.closest("button");
    if (!button) return;
    const { kind } = button.dataset;
    if (kind) this.kind(kind);
    else if ("attach" in button.dataset) this.querySelector("[data-file]").click();
    else if ("unquote" in button.dataset) this.reply(null);
    else if ("emoji" in button.dataset) this.suggestions.emoji();
    else if ("templates" in button.dataset) this.suggestions.templates("");
    else if ("discard" in button.dataset) this.#discard();
    else if ("dropTemplate" in button.dataset) this.suggestions.forget();
    else if ("businessTemplates" in button.dataset) this.business.open();
    else if ("record" in button.dataset) this.#record(button);
  }

  // a recording, or something that was not sent, would be lost with the page
  get #isUnsafe() {
    return this.recorder.isOn || this.timeline.querySelector(".msg:not([data-at])") !== null || !this.files.isEmpty;
  }

  // Too large, which the server would say only after all of it has come.
  #refuse({ name, size, type }) {
    const limits = JSON.parse(this.dataset.largest);
    const most = limits[type === "image/svg+xml" ? "*" : type.split("/")[0]] ?? limits["*"] ?? Infinity;
    if (size <= most) return false;
    this.say(this.dataset.tooLarge.replace("{name}", name).replace("{size}", Math.floor(most / 2 ** 20)));
    return true;
  }

  #discard() {
    this.recorder.discard();
    this.field.focus();
    this.say(this.dataset.discarded);
  }

  async #record(button) {
    if (this.recorder.isOn) return this.recorder.stop();
    button.setAttribute("aria-pressed", "true");
    this.say("");
    const clock = this.querySelector("[data-recorded]");
    const bin = this.querySelector("[data-discard]");
    try {
      const voice = await this.recorder.record((seconds) => {
        clock.hidden = bin.hidden = false;
        clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      });
      if (voice) this.sending.file(voice, "", { kind: "voice" });
    } catch {
      this.say(this.dataset.noMicrophone);
    } finally {
      clock.hidden = bin.hidden = true;
      button.setAttribute("aria-pressed", "false");
    }
  }

  // Sending -------------------------------------------------------------------------------------------------------

  #submit(event) {
    event.preventDefault();
    if (!this.mayWrite) return;
    const { kind, reply_to: reply, template } = this.form.elements;
    const text = this.field.value.trim();
    if (!text && this.files.isEmpty && !template.value) return;
    if (!this.isNote && this.#hasGap(text)) return;
    this.say("");
    const fields = { text, kind: kind.value, reply_to: reply.value, template: template.value };
    const files = this.isNote ? [] : this.files.take();
    if (files.length) files.forEach((file, n) => this.sending.file(file, n ? "" : text, { reply_to: fields.reply_to }));
    else this.sending.fields(`${this.address}/messages/`, fields, text, this.isNote);
    this.draft.clear();
    this.suggestions.forget();
    this.reply(null);
    this.presence.sent();
  }

  // A template with a place that nobody has filled in goes only at a second try.
  #hasGap(text) {
    const place = this.suggestions.toPlace(0) && nextPlace(text);
    if (!place || this.#warned === text) return false;
    this.#warned = text;
    this.say(this.dataset.gap.replace("{place}", place.words));
    return true;
  }

  say(sentence) {
    const line = this.querySelector("[data-error]");
    line.textContent = sentence;
    line.hidden = !sentence;
  }
}

customElements.define("message-composer", MessageComposer);
