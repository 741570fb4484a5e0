// One phone on the desk: its frame, what covers it when it cannot be used, and the name and switches below it.

import { ChatList } from "./chat-list.js";
import { call, phonePath, pictureUrl } from "./client.js";
import { Conversation } from "./conversation.js";
import { avatar, button, h, icon, iconButton, keyed, phoneText, timeText } from "./dom.js";
import { LinkedDevices, Scanner } from "./linking.js";
import { knobsOf } from "./knobs.js";
import { askForSwitches } from "./questions.js";

const VIEWS = { chats: ChatList, chat: Conversation, scan: Scanner, links: LinkedDevices };

// The picture that a phone shows, or its letters.
function face(phone) {
  const letters = avatar(phone.name, phone.phone, "avatar--sm");
  if (phone.picture) pictureUrl(phone.phone, phone.picture).then((src) => letters.replaceChildren(h("img", { src, alt: "" })), () => {});
  return letters;
}

export class Handset {
  constructor(state, desk) {
    this.desk = desk;
    this.state = state;
    this.time = h("time");
    this.signal = h("span");
    this.screen = h("div", { class: "handset__screen" }, h("div", { class: "handset__status" }, this.time, this.signal));
    this.cover = h("div", { class: "handset__cover", hidden: true });
    this.face = h("div", { class: "handset__name" });
    this.knobs = h("ul", { class: "handset__knobs" });
    this.templates = h("ul", { class: "handset__knobs", "aria-label": `Templates of ${state.name}`, hidden: !state.templates });
    this.element = h("li", { class: "handset", "data-phone": state.phone },
      h("div", { class: "handset__body" }, this.screen), h("div", { class: "handset__label" }, this.face, this.knobs, this.templates));
    this.open("chats");
    this.screen.append(this.cover);
  }

  get phone() {
    return this.state.phone;
  }

  open(name, ...about) {
    const hadFocus = this.view?.element.contains(document.activeElement);
    const view = new VIEWS[name](this, ...about);
    if (this.view) this.view.element.replaceWith(view.element);
    else this.screen.append(view.element);
    this.view = view;
    view.show(this.state);
    if (hadFocus) view.focus();
  }

  show(state) {
    this.state = state;
    this.time.textContent = timeText(this.desk.clock.now());
    this.signal.textContent = state.online ? "online" : "no signal";
    this.view.show(state);
    this.showCover();
    this.showTemplates(state.templates);
    keyed(this.face, [{ name: state.name, phone: state.phone, links: state.links, picture: state.picture }], () => "face", (one) => h("div", { class: "row grow" },
      face(one),
      h("span", { class: "grow" }, h("span", { class: "person__name clip", dir: "auto", title: one.name }, one.name),
        h("span", { class: "person__sub" }, h("span", { class: "phone" }, phoneText(one.phone)), state.templates ? " · business number" : one.links > 0 && " · linked")),
      iconButton("link", `Linked devices of ${one.name}`, () => this.open("links")),
      iconButton("settings", `Switches of ${one.name}`, () => askForSwitches(this.state, this.desk.failCodes))));
    keyed(this.knobs, knobsOf(state), (knob) => knob.text, (knob) => h("li", {},
      h("button", { class: `knob ${knob.isBad ? "knob--bad" : ""}`, type: "button", "aria-pressed": String(knob.isOn), onclick: () => this.change(knob.patch) }, knob.text)));
  }

  // A business number has templates; whoever sits at the desk is WhatsApp, and approves or rejects them.
  showTemplates(templates) {
    keyed(this.templates, templates ?? [], (one) => `${one.name} ${one.language}`, (one) => h("li", {},
      h("span", { class: "knob" }, `${one.name} · ${one.status.toLowerCase()}`),
      ["APPROVED", "REJECTED"].filter((status) => status !== one.status).map((status) => h("button", { class: "knob", type: "button", onclick: () => this.review(one, status) },
        status === "APPROVED" ? "Approve" : "Reject"))));
  }

  review(template, status) {
    const path = `/business/${encodeURIComponent(this.phone)}/templates/${encodeURIComponent(template.name)}`;
    return this.desk.act(() => call("PATCH", path, { status, language: template.language }));
  }

  showCover() {
    const { state } = this;
    const why = state.banned ? ["ban", "Banned", "WhatsApp has banned this number", "Lift the ban", { banned: false }]
      : !state.on_whatsapp ? ["unlink", "No WhatsApp", "This number is not on WhatsApp", "Install it", { on_whatsapp: true }]
        : !state.online ? ["wifi-off", "Offline", "Messages wait outside", "Go online", { online: true }] : null;
    this.view.element.inert = Boolean(why);
    const text = JSON.stringify(why);
    if (this.covered === text) return;
    this.covered = text;
    this.cover.hidden = !why;
    if (why) this.cover.replaceChildren(icon(why[0]), h("b", {}, why[1]), h("small", {}, why[2]), button(why[3], () => this.change(why[4])));
  }

  // What this phone does. Says what went wrong in the notice of the desk, and then gives null.
  act(method, rest, body, isByItself) {
    return this.desk.act(() => call(method, phonePath(this.phone, rest), body), isByItself);
  }

  change(patch) {
    return this.act("PATCH", "", patch);
  }
}
