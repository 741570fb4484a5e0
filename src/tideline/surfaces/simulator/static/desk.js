// The desk: lets in whoever has the token, and keeps every phone's screen as the world is now.

import { call, phonePath, token } from "./client.js";
import { Clock } from "./clock.js";
import { close } from "./dialogs.js";
import { h, icon, keyed, phoneText, qrCode } from "./dom.js";
import { follow } from "./follow.js";
import { Handset } from "./handset.js";
import { askForGroup, askForLink, askForPhone, askForScan } from "./questions.js";
import { Ticker } from "./ticker.js";

const part = (name) => document.querySelector(`[data-${name}]`);

class Desk {
  constructor() {
    this.handsets = new Map();
    this.phones = [];
    this.codes = [];
    this.failCodes = [];
    this.troubles = {};
    this.clock = new Clock(part("clock"), (action) => this.act(action));
    this.ticker = new Ticker(part("ticker"), part("pause"));
    part("add").addEventListener("click", askForPhone);
    part("group").addEventListener("click", () => askForGroup(this.phones));
    part("link").addEventListener("click", () => this.act(askForLink));
  }

  show(state) {
    this.say("", "connection");
    this.clock.show(state);
    this.ticker.show(state);
    this.phones = state.phones;
    this.codes = state.codes;
    this.failCodes = state.fail_codes;
    for (const phone of state.phones) {
      if (!this.handsets.has(phone.phone)) {
        const handset = new Handset(phone, this);
        this.handsets.set(phone.phone, handset);
        part("phones").append(handset.element);
      }
      this.handsets.get(phone.phone).show(phone);
    }
    this.showCodes(state.codes);
    const left = state.phones_in_all - state.phones.length;
    part("left").textContent = left > 0 ? `${left} more phones are there and not shown.` : "";
    part("phones").removeAttribute("aria-busy");
  }

  showCodes(codes) {
    part("no-codes").hidden = codes.length > 0;
    keyed(part("codes"), codes, (code) => code.id, (code) => h("li", {}, code.qr
      ? h("button", { class: "code-card plain", type: "button", onclick: () => askForScan(code, this.phones, (phone) => this.scan(phone, code)) }, h("span", { class: "qr-box qr-box--small" }, qrCode(code)), h("span", {}, `For ${code.name}`))
      : h("span", { class: "row" }, icon("key", "icon--sm"), h("span", {}, `${code.code} for ${phoneText(code.phone)}`))));
  }

  async scan(phone, code) {
    if (await this.act(() => call("POST", phonePath(phone.phone, "/scan"), { qr: code.qr }))) this.handsets.get(phone.phone).open("links");
  }

  // Does something, and says in the notice what went wrong, until the next thing that somebody does.
  async act(action, isByItself = false) {
    if (!isByItself) this.say("", "action");
    try {
      return (await action()) ?? true;
    } catch (error) {
      this.say(error.message, "action");
      return null;
    }
  }

  say(text, about) {
    this.troubles[about] = text;
    const all = Object.values(this.troubles).filter(Boolean).join(" ");
    part("notice-text").textContent = all;
    part("notice").hidden = !all;
  }
}

function open(isOpen) {
  document.querySelectorAll("[data-desk]").forEach((one) => { one.hidden = !isOpen; });
  part("gate").hidden = isOpen;
}

function showGate(message) {
  open(false);
  part("gate-error").textContent = message;
  part("gate").querySelector("input").focus();
}

async function enter(message = "") {
  token.take();
  if (!token.get()) return showGate(message);
  open(true);
  const desk = new Desk();
  const refusal = await follow({ show: (state) => desk.show(state), trouble: (text) => desk.say(text, "connection") });
  token.forget();
  close();
  return showGate(refusal);
}

part("gate").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  token.keep(new FormData(event.target).get("token").trim());
  location.reload();
});
addEventListener("hashchange", () => { if (token.take()) location.reload(); });
enter();
