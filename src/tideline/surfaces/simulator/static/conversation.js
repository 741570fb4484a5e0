// One conversation on a phone: what was said, and the field to say more.

import { bubbleOf } from "./bubble.js";
import { phonePath, toBase64, call } from "./client.js";
import { avatar, h, icon, iconButton, keyed, phoneText } from "./dom.js";
import { askAboutGroup, askForCall } from "./questions.js";

export class Conversation {
  constructor(handset, chat) {
    this.handset = handset;
    this.key = chat;
    this.replyTo = null;
    this.readUpTo = null;
    this.bar = h("div", { class: "handset__bar" });
    this.feed = h("ol", { class: "handset__feed handset__feed--scroll", tabindex: "0", "aria-label": "Messages" });
    this.answering = h("div", { class: "handset__answer", hidden: true });
    this.text = h("input", { class: "input", dir: "auto", placeholder: "Message", autocomplete: "off" });
    const attach = h("input", { type: "file", class: "sr-only", "aria-label": `Attach a file as ${handset.state.name}`, onchange: () => this.attach(attach) });
    this.write = h("form", { class: "handset__write", method: "dialog", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      h("label", { class: "icon-button", title: "Attach a file" }, icon("clip", "icon--sm"), attach),
      h("label", { class: "grow" }, h("span", { class: "sr-only" }, `Write as ${handset.state.name}`), this.text),
      h("button", { class: "icon-button icon-button--solid", type: "submit", "aria-label": `Send as ${handset.state.name}`, title: "Send" }, icon("send", "icon--sm icon--flip")));
    this.element = h("div", { class: "handset__view" }, this.bar, this.feed, this.answering, this.write);
  }

  focus() {
    this.text.focus();
  }

  // Whoever writes to a number for the first time sees an empty conversation.
  show(state) {
    const chat = state.chats.find((one) => one.chat === this.key) ?? { chat: this.key, title: phoneText(this.key), is_group: false, members: [], entries: [], unread: 0 };
    this.chat = chat;
    keyed(this.bar, [{ title: chat.title, members: chat.members, isGroup: chat.is_group }], () => "bar", (one) => this.title(one));
    const isAtEnd = this.feed.scrollHeight - this.feed.scrollTop - this.feed.clientHeight < 40;
    const byId = new Map(chat.entries.map((entry) => [entry.id, entry]));
    keyed(this.feed, chat.entries.map((entry) => ({ entry, quoted: byId.get(entry.reply_to) ?? null, isGroup: chat.is_group })), (one) => one.entry.id, (one) => bubbleOf(one, this));
    if (isAtEnd) this.feed.scrollTop = this.feed.scrollHeight;
    this.write.inert = Boolean(chat.has_left);
    this.text.placeholder = chat.has_left ? "Not in this group any more" : "Message";
    this.read(state, chat);
  }

  title({ title, members, isGroup }) {
    const more = isGroup ? iconButton("people", `Members of ${title}`, () => askAboutGroup(this.chat, this.handset.desk.phones))
      : iconButton("call", `Call ${title}`, () => askForCall(this.handset.state, this.chat));
    return h("div", { class: "row grow" }, iconButton("back", "Back to the chats", () => this.handset.open("chats")),
      avatar(title, this.key, isGroup ? "avatar--sm avatar--group" : "avatar--sm"),
      h("span", { class: "grow" }, h("b", { class: "clip", dir: "auto" }, title), isGroup && h("small", { class: "clip" }, members.map((member) => member.name).join(", "))), more);
  }

  // What lies open on a phone has been read; each state of it is tried once, so that a refusal is not tried for ever.
  read(state, chat) {
    const newest = chat.entries.at(-1)?.id;
    if (!chat.unread || !state.online || this.readUpTo === newest) return;
    this.readUpTo = newest;
    this.handset.act("POST", "/read", { chat: this.target }, true);
  }

  get target() {
    return this.key.includes("@") ? this.key : phoneText(this.key);
  }

  answer(message) {
    this.replyTo = message?.id ?? null;
    this.answering.hidden = !message;
    if (message) this.answering.replaceChildren(h("span", { class: "quote grow clip", dir: "auto" }, message.text ?? message.file?.filename ?? ""), iconButton("close", "Do not answer it", () => this.answer(null)));
    this.focus();
  }

  async send(file) {
    const text = this.text.value.trim();
    if (!text && !file) return;
    const body = { to: this.target, text: text || undefined, file, reply_to: this.replyTo ?? undefined };
    this.feed.scrollTop = this.feed.scrollHeight;
    if (!(await this.handset.act("POST", "/messages", body))) return;
    if (this.text.value.trim() === text) this.text.value = "";
    this.answer(null);
  }

  async attach(input) {
    const [file] = input.files;
    input.value = "";
    if (file) await this.send({ filename: file.name, mimetype: file.type || "application/octet-stream", base64: await toBase64(file) });
  }

  // What a phone may do with a message in this conversation.
  actsOn(message) {
    const path = `/messages/${encodeURIComponent(message.id)}`;
    return {
      react: (emoji) => this.handset.act("POST", "/reactions", { message_id: message.id, emoji }),
      reply: () => this.answer(message),
      revoke: () => this.handset.act("DELETE", path),
      edit: (text) => call("PATCH", phonePath(this.handset.phone, path), { text }),
    };
  }
}
