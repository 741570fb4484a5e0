// What a phone does to become a linked number, and to stop being one.

import { button, h, icon, iconButton, keyed, qrCode } from "./dom.js";

const half = (code) => `${code.slice(0, 4)} ${code.slice(4)}`;

// The camera: sees every code that is shown anywhere right now, and scans the one that is clicked.
export class Scanner {
  constructor(handset) {
    this.handset = handset;
    this.codes = h("ul", { class: "handset__codes" });
    this.hint = h("span", {}, "No code is shown anywhere right now. Use “Link a number”, or paste a link here.");
    this.link = h("input", { class: "input", name: "link", placeholder: "https://…/qr/…", autocomplete: "off" });
    this.element = h("div", { class: "handset__view" }, title(handset, "Scan a code"),
      h("div", { class: "handset__scan" }, this.codes, this.hint),
      h("form", { class: "handset__write", method: "dialog", onsubmit: (event) => { event.preventDefault(); this.scan({ qr_link: this.link.value.trim() }); } },
        h("label", { class: "grow" }, h("span", { class: "sr-only" }, "Link to a code"), this.link),
        h("button", { class: "icon-button icon-button--solid", type: "submit", "aria-label": "Scan the code behind the link", title: "Scan" }, icon("qr", "icon--sm"))));
  }

  focus() {
    (this.codes.querySelector("button") ?? this.link).focus();
  }

  show() {
    const { codes } = this.handset.desk;
    const mine = codes.filter((code) => code.qr || code.phone === this.handset.phone);
    this.hint.hidden = mine.length > 0;
    keyed(this.codes, mine, (code) => code.id, (code) => h("li", {}, code.qr
      ? h("button", { class: "finder-code", type: "button", title: "Scan this code", onclick: () => this.scan({ qr: code.qr }) }, qrCode(code), h("span", {}, `Scan the code for ${code.name}`))
      : button(`Type ${half(code.code)}`, () => this.type(code.code))));
  }

  async scan(body) {
    if (await this.handset.act("POST", "/scan", body)) this.handset.open("links");
  }

  async type(code) {
    if (await this.handset.act("POST", "/link_code", { code })) this.handset.open("links");
  }
}

export class LinkedDevices {
  constructor(handset) {
    this.handset = handset;
    this.body = h("div", { class: "handset__list" });
    this.element = h("div", { class: "handset__view" }, title(handset, "Linked devices"), this.body);
  }

  focus() {
    this.element.querySelector(".handset__list button")?.focus();
  }

  show(state) {
    keyed(this.body, [state.links], () => "links", (links) => h("div", { class: "stack empty" },
      h("span", { class: "number__sign hue-1" }, icon("link")),
      h("b", {}, links ? "Tideline" : "Nothing is linked"),
      h("span", { class: "faint small" }, links > 1 ? `${links} times` : links ? "Active now" : "Scan a code that Tideline shows"),
      links > 0 && button("Unlink", () => this.handset.act("POST", "/unlink"), "button--danger"),
      button(links ? "Link another" : "Scan a code", () => this.handset.open("scan"))));
  }
}

function title(handset, text) {
  return h("div", { class: "handset__bar" }, iconButton("back", "Back to the chats", () => handset.open("chats")), h("span", { class: "grow" }, h("b", {}, text)));
}
