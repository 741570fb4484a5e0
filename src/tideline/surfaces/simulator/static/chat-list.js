// The conversations on a phone, and a field to begin another one.

import { avatar, h, icon, keyed, timeText } from "./dom.js";

export class ChatList {
  constructor(handset) {
    this.handset = handset;
    this.list = h("ol", { class: "handset__list handset__list--scroll" });
    this.to = h("input", { class: "input", name: "to", placeholder: "+1555… to write to", inputmode: "tel", autocomplete: "off" });
    this.element = h("div", { class: "handset__view" },
      h("div", { class: "handset__bar" }, h("span", { class: "grow" }, h("b", {}, "Chats"))),
      this.list,
      h("form", { class: "handset__write", method: "dialog", onsubmit: (event) => this.begin(event) },
        h("label", { class: "grow" }, h("span", { class: "sr-only" }, `Phone number for a new chat of ${handset.state.name}`), this.to),
        h("button", { class: "icon-button icon-button--solid", type: "submit", "aria-label": "Open the chat", title: "Open the chat" }, icon("plus", "icon--sm"))));
  }

  focus() {
    (this.list.querySelector("button") ?? this.to).focus();
  }

  begin(event) {
    event.preventDefault();
    const digits = this.to.value.replace(/[^0-9]/g, "");
    if (digits) this.handset.open("chat", digits);
  }

  show(state) {
    keyed(this.list, state.chats.map(({ entries, members, ...chat }) => ({ ...chat, preview: preview(entries.at(-1), chat) })), (chat) => chat.chat, (chat) => this.row(chat));
  }

  row(chat) {
    return h("li", { class: chat.unread ? "chat chat--unread" : "chat" },
      h("span", { class: "chat__who" }, avatar(chat.title, chat.chat, chat.is_group ? "avatar--group" : "")),
      h("div", { class: "chat__body" },
        h("div", { class: "chat__line" },
          h("button", { class: "chat__link chat__name plain", type: "button", title: chat.title, onclick: () => this.handset.open("chat", chat.chat) }, h("bdi", {}, chat.title)),
          chat.at && h("time", { class: "chat__time" }, timeText(chat.at))),
        h("div", { class: "chat__line" },
          h("span", { class: "chat__preview" }, h("span", { class: "chat__text" }, chat.preview)),
          chat.unread > 0 && h("span", { class: "badge" }, h("span", { class: "sr-only" }, "unread "), String(chat.unread)))));
  }
}

function preview(entry, chat) {
  if (!entry) return "";
  if (entry.kind === "call") return entry.video ? "Video call" : "Voice call";
  const text = entry.revoked ? "This message was deleted" : entry.text ?? entry.file?.filename ?? "";
  return chat.is_group && !entry.is_own ? `${entry.author}: ${text}` : text;
}
