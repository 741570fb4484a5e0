// One phone on the desk: its list of chats, a conversation, the scanner and its linked devices.

import { avatar, h, icon, phoneText, ticks, timeText } from "./dom.js";
import { call, fileUrl, toBase64 } from "./client.js";

export class Handset {
  constructor(phone, desk) {
    this.phone = phone;
    this.desk = desk;
    this.view = "chats";
    this.chat = null;
    this.draft = "";
    this.replyTo = null;
    this.element = h("li", { class: "handset", "data-phone": phone });
  }

  show(state) {
    this.state = state;
    const typing = this.element.querySelector("[data-write]");
    const hadFocus = typing !== null && typing === document.activeElement;
    const feed = this.element.querySelector(".handset__feed");
    const above = feed ? feed.scrollHeight - feed.scrollTop : null;
    this.element.replaceChildren(this.body(), this.label());
    const fresh = this.element.querySelector(".handset__feed");
    if (fresh) fresh.scrollTop = above === null ? fresh.scrollHeight : fresh.scrollHeight - above;
    if (hadFocus) this.element.querySelector("[data-write]")?.focus();
  }

  again() {
    this.show(this.state);
  }

  async act(method, path, body) {
    return this.desk.act(() => call(method, path, body));
  }

  get path() {
    return `/phones/${encodeURIComponent(phoneText(this.phone))}`;
  }

  // The screen ------------------------------------------------------------------------------------------------

  body() {
    const views = { chats: () => this.chats(), chat: () => this.conversation(), scan: () => this.scanner(), links: () => this.links() };
    return h("div", { class: "handset__body" },
      h("div", { class: "handset__screen" },
        h("div", { class: "handset__status" }, h("time", {}, timeText(this.desk.now)), h("span", {}, this.state.online ? "online" : "no signal")),
        ...views[this.view](),
        this.state.online ? null : this.cover()));
  }

  bar(title, sub = null, face = null) {
    const back = h("button", { class: "icon-button", type: "button", "aria-label": "Back", onclick: () => this.open("chats") }, icon("back", "icon--sm icon--flip"));
    return h("div", { class: "handset__bar" }, back, face, h("span", { class: "grow" }, h("b", { class: "clip", dir: "auto" }, title), sub && h("small", { class: "clip" }, sub)));
  }

  open(view, chat = null) {
    this.view = view;
    this.chat = chat;
    this.replyTo = null;
    this.draft = "";
    this.again();
  }

  chats() {
    const rows = this.state.chats.map((chat) => h("li", { class: chat.unread ? "chat chat--unread" : "chat" },
      h("span", { class: "chat__who" }, avatar(chat.title, chat.chat, chat.is_group ? "avatar--group" : "")),
      h("div", { class: "chat__body" },
        h("div", { class: "chat__line" },
          h("button", { class: "chat__link chat__name desk__open", type: "button", onclick: () => this.open("chat", chat.chat) }, h("bdi", {}, chat.title)),
          chat.at && h("time", { class: "chat__time" }, timeText(chat.at))),
        h("div", { class: "chat__line" },
          h("span", { class: "chat__preview" }, h("span", { class: "chat__text", dir: "auto" }, preview(chat))),
          chat.unread > 0 && h("span", { class: "badge" }, h("span", { class: "sr-only" }, "unread "), String(chat.unread))))));
    const start = h("form", { class: "handset__write", onsubmit: (event) => this.start(event) },
      h("label", { class: "grow" }, h("span", { class: "sr-only" }, `New chat of ${this.state.name}`), h("input", { class: "input", name: "to", placeholder: "+1555… to write to", "data-write": "" })),
      h("button", { class: "icon-button icon-button--solid", type: "submit", "aria-label": "Open chat" }, icon("plus", "icon--sm")));
    return [h("div", { class: "handset__bar" }, h("span", { class: "grow" }, h("b", {}, "Chats"))),
      h("ol", { class: "handset__list handset__list--scroll" }, rows), start];
  }

  start(event) {
    event.preventDefault();
    const digits = new FormData(event.target).get("to").replace(/[^0-9]/g, "");
    if (digits) this.open("chat", digits);
  }

  conversation() {
    const chat = this.state.chats.find((one) => one.chat === this.chat) ?? { chat: this.chat, title: phoneText(this.chat), messages: [], unread: 0 };
    if (chat.unread > 0 && this.state.online) this.read(chat.chat);
    const sub = chat.is_group ? chat.members.join(", ") : null;
    return [this.bar(chat.title, sub, avatar(chat.title, chat.chat, chat.is_group ? "avatar--sm avatar--group" : "avatar--sm")),
      h("ol", { class: "handset__feed handset__feed--scroll" }, chat.messages.map((message) => this.message(message, chat))),
      this.writer(chat)];
  }

  message(message, chat) {
    const side = message.is_own ? "out" : "in";
    const text = message.revoked ? h("i", { class: "faint" }, "This message was deleted.") : [
      chat.is_group && !message.is_own && h("b", { class: "strong" }, message.author_name, " "),
      message.file && this.attachment(message), message.text && h("span", {}, message.text)];
    return h("li", { class: `msg msg--${side} msg--last` }, h("div", { class: "msg__body" },
      h("div", { class: "bubble", tabindex: "0", title: "Double-click: react, take back, answer", ondblclick: message.is_call ? null : () => this.choose(message, chat) },
        h("div", { class: "bubble__text", dir: "auto" }, text),
        h("footer", { class: "bubble__meta" }, message.edited && h("span", {}, "edited"), h("time", {}, timeText(message.at)), message.is_own && !message.is_call && ticks(message.status))),
      message.reactions.length > 0 && h("span", { class: "reactions" }, message.reactions.map((emoji) => h("span", { class: "reaction" }, emoji)))));
  }

  attachment(message) {
    const open = async () => {
      const url = await this.desk.act(() => fileUrl(phoneText(this.phone), message.id));
      if (url) Object.assign(document.createElement("a"), { href: url, download: message.file.filename }).click();
    };
    return h("button", { class: "doc desk__open", type: "button", onclick: open }, icon("file", "icon--sm"), h("span", { class: "clip" }, message.file.filename));
  }

  choose(message, chat) {
    this.desk.menu(message, this.state, {
      react: (emoji) => this.act("POST", `${this.path}/reactions`, { message_id: message.id, emoji }),
      reply: () => { this.replyTo = message.id; this.chat = chat.chat; this.again(); this.element.querySelector("[data-write]")?.focus(); },
      edit: (text) => this.act("PATCH", `${this.path}/messages/${encodeURIComponent(message.id)}`, { text }),
      revoke: () => this.act("DELETE", `${this.path}/messages/${encodeURIComponent(message.id)}`),
    });
  }

  writer(chat) {
    const attach = h("input", { type: "file", class: "sr-only", "aria-label": "Attach a file", onchange: (event) => this.attach(event.target.files[0], chat.chat) });
    const call_ = !chat.is_group && h("button", { class: "icon-button", type: "button", "aria-label": "Call", title: "Call",
      onclick: () => this.act("POST", `${this.path}/calls`, { to: phoneText(chat.chat), outcome: "missed" }) }, icon("call", "icon--sm"));
    return h("form", { class: "handset__write", onsubmit: (event) => { event.preventDefault(); this.send(chat.chat); } },
      h("label", { class: "icon-button", title: "Attach a file" }, icon("clip", "icon--sm"), attach), call_,
      h("label", { class: "grow" }, h("span", { class: "sr-only" }, `Write as ${this.state.name}`),
        h("input", { class: "input", dir: "auto", placeholder: this.replyTo ? "Answer" : "Message", autocomplete: "off", "data-write": "", value: this.draft, oninput: (event) => { this.draft = event.target.value; } })),
      h("button", { class: "icon-button icon-button--solid", type: "submit", "aria-label": `Send as ${this.state.name}` }, icon("send", "icon--sm icon--flip")));
  }

  async send(chat) {
    const text = this.draft.trim();
    if (!text) return;
    const body = { to: target(chat), text };
    if (this.replyTo) body.reply_to = this.replyTo;
    if (await this.act("POST", `${this.path}/messages`, body)) {
      this.draft = "";
      this.replyTo = null;
      this.again();
      const feed = this.element.querySelector(".handset__feed");
      if (feed) feed.scrollTop = feed.scrollHeight;
    }
  }

  async attach(file, chat) {
    if (!file) return;
    const body = { to: target(chat), file: { filename: file.name, mimetype: file.type || "application/octet-stream", base64: await toBase64(file) } };
    if (this.draft.trim()) body.text = this.draft.trim();
    if (await this.act("POST", `${this.path}/messages`, body)) this.draft = "";
  }

  async read(chat) {
    if (this.reading === chat) return;
    this.reading = chat;
    await this.act("POST", `${this.path}/read`, { chat: target(chat) });
    this.reading = null;
  }

  scanner() {
    const codes = this.desk.codes.map((code) => h("button", { class: "button button--plain", type: "button", "data-scan": code.qr, onclick: () => this.scan({ qr: code.qr }) }, `Scan the code of ${code.name}`));
    return [this.bar("Scan a code"), h("div", { class: "handset__scan" }, icon("qr"), codes.length ? codes : h("span", {}, "No code is shown anywhere right now. Use “Link a number”, or paste a link.")),
      h("form", { class: "handset__write", onsubmit: (event) => { event.preventDefault(); this.scan({ qr_link: new FormData(event.target).get("link") }); } },
        h("label", { class: "grow" }, h("span", { class: "sr-only" }, "QR link"), h("input", { class: "input", name: "link", placeholder: "https://…/qr/…", "data-write": "" })),
        h("button", { class: "icon-button icon-button--solid", type: "submit", "aria-label": "Scan" }, icon("qr", "icon--sm")))];
  }

  async scan(body) {
    if (await this.act("POST", `${this.path}/scan`, body)) this.open("links");
  }

  links() {
    const linked = this.state.links > 0;
    return [this.bar("Linked devices"), h("div", { class: "handset__list" }, h("div", { class: "stack empty" }, icon("link"),
      h("b", {}, linked ? `Tideline${this.state.links > 1 ? ` (${this.state.links})` : ""}` : "Nothing is linked"),
      linked && h("button", { class: "button button--danger", type: "button", onclick: () => this.act("POST", `${this.path}/unlink`) }, "Unlink"),
      h("button", { class: "button button--plain", type: "button", "data-open": "scan", onclick: () => this.open("scan") }, "Scan a code")))];
  }

  cover() {
    return h("div", { class: "handset__cover" }, icon("wifi-off"), h("b", {}, "Offline"), h("small", {}, "Messages wait outside"),
      h("button", { class: "button button--plain", type: "button", onclick: () => this.change({ online: true }) }, "Go online"));
  }

  // Below the phone ------------------------------------------------------------------------------------------

  label() {
    const knob = (text, pressed, patch) => h("button", { class: "knob", type: "button", "aria-pressed": String(pressed), onclick: () => this.change(patch) }, text);
    const { state } = this;
    return h("div", { class: "handset__label" },
      h("div", { class: "handset__name" }, avatar(state.name, this.phone, "avatar--sm"),
        h("span", { class: "grow" }, h("span", { class: "person__name", dir: "auto" }, state.name), h("span", { class: "person__sub phone" }, phoneText(this.phone))),
        h("button", { class: "icon-button", type: "button", "aria-label": `Linked devices of ${state.name}`, title: "Linked devices", "data-open": "links", onclick: () => this.open("links") }, icon("link"))),
      h("div", { class: "handset__knobs" },
        knob("Online", state.online, { online: !state.online }), knob("Read receipts", state.read_receipts, { read_receipts: !state.read_receipts }),
        knob("On WhatsApp", state.on_whatsapp, { on_whatsapp: !state.on_whatsapp }),
        knob(state.addressing === "lid" ? "By LID" : "By phone", state.addressing === "lid", { addressing: state.addressing === "lid" ? "phone" : "lid" }),
        knob(`${state.delay_ms} ms`, state.delay_ms > 0, { delay_ms: state.delay_ms ? 0 : 1500 }),
        knob("Next send fails", state.fail_next !== null, { fail_next: state.fail_next ? "" : "recipient_not_on_whatsapp" })));
  }

  change(patch) {
    return this.act("PATCH", this.path, patch);
  }
}

function target(chat) {
  return chat.includes("@") ? chat : phoneText(chat);
}

function preview(chat) {
  const last = chat.messages.at(-1);
  if (!last) return "";
  if (last.revoked) return "This message was deleted.";
  return last.text ?? last.file?.filename ?? "";
}
