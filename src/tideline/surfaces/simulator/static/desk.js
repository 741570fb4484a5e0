// The desk: keeps every phone's screen as the world is now, by asking for what changed.

import { h, icon } from "./dom.js";
import { call, forgetToken, keepToken, Refused, takeToken } from "./client.js";
import { Handset } from "./handset.js";

const EMOJI = ["👍", "❤️", "😂", "🙏"];

class Desk {
  constructor(page) {
    this.list = page.querySelector("[data-phones]");
    this.notice = page.querySelector("[data-notice]");
    this.clock = page.querySelector("[data-clock]");
    this.codeList = page.querySelector("[data-codes]");
    this.dialog = page.querySelector("[data-dialog]");
    this.handsets = new Map();
    this.codes = [];
    this.now = new Date().toISOString();
    page.querySelector("[data-add]").addEventListener("click", () => this.askForPhone());
    page.querySelector("[data-group]").addEventListener("click", () => this.askForGroup());
    page.querySelector("[data-link]").addEventListener("click", () => this.askForLink());
    page.querySelectorAll("[data-advance]").forEach((button) =>
      button.addEventListener("click", () => this.act(() => call("POST", "/clock", { advance_s: Number(button.dataset.advance) }))));
  }

  async follow() {
    let version = 0;
    for (;;) {
      try {
        const state = await call("GET", `/desk?after=${version}&wait=25`);
        version = state.version;
        this.show(state);
        this.say("");
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return;
        this.say(error instanceof Refused ? error.message : "The server does not answer. Trying again.");
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  show(state) {
    this.now = state.now;
    this.codes = state.codes;
    this.clock.textContent = new Date(state.now).toLocaleString();
    document.querySelectorAll("[data-test-clock]").forEach((part) => { part.hidden = !state.test_clock; });
    for (const phone of state.phones) {
      let handset = this.handsets.get(phone.phone);
      if (!handset) {
        handset = new Handset(phone.phone, this);
        this.handsets.set(phone.phone, handset);
        this.list.append(handset.element);
      }
      handset.show(phone);
    }
    this.codeList.replaceChildren(...(state.codes.length ? state.codes.map((code) =>
      h("li", { class: "row" }, icon("qr", "icon--sm"), h("span", { class: "grow clip" }, `For ${code.name}`))) : [h("li", { class: "faint small" }, "No code is shown right now.")]));
  }

  async act(action) {
    try {
      const value = await action();
      this.say("");
      return value ?? true;
    } catch (error) {
      this.say(error.message);
      return null;
    }
  }

  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  // Small questions --------------------------------------------------------------------------------------------

  ask(title, fields, submit) {
    const form = h("form", { class: "stack", method: "dialog", onsubmit: async (event) => {
      event.preventDefault();
      if (await this.act(() => submit(new FormData(form)))) this.dialog.close();
    } }, h("h2", { class: "card__title" }, title), ...fields,
      h("p", { class: "row row--between" }, h("button", { class: "button button--plain", type: "button", onclick: () => this.dialog.close() }, "Cancel"), h("button", { class: "button", type: "submit" }, "Done")));
    this.dialog.replaceChildren(form);
    this.dialog.showModal();
  }

  askForPhone() {
    this.ask("Add a phone", [field("Phone", "phone", "+15550001234"), field("Name", "name", "Ana")],
      (form) => call("POST", "/phones", { phone: form.get("phone"), name: form.get("name") }));
  }

  askForGroup() {
    const members = [...this.handsets.values()].map((one) => h("label", { class: "check" },
      h("input", { type: "checkbox", name: "members", value: `+${one.phone}` }), h("span", {}, one.state.name)));
    this.ask("New group", [field("Subject", "subject", "Tasting group"), ...members],
      (form) => call("POST", "/groups", { subject: form.get("subject"), members: form.getAll("members") }));
  }

  async askForLink() {
    const people = await this.act(() => call("GET", "/people"));
    if (!people) return;
    const options = people.people.map((one) => h("option", { value: `${one.workspace_id}/${one.user_id}` }, `${one.name}, ${one.workspace}`));
    this.ask("Link a number", [h("label", { class: "field" }, h("span", { class: "field__label" }, "Whose number will it be?"), h("select", { class: "input", name: "who" }, options)),
      h("p", { class: "faint small" }, "Then open the link sign below a phone, choose “Scan a code” and click the code.")],
    (form) => {
      const [workspace_id, user_id] = form.get("who").split("/");
      return call("POST", "/links", { workspace_id, user_id: Number(user_id) });
    });
  }

  menu(message, phone, acts) {
    const close = (action) => async () => { this.dialog.close(); await action(); };
    const emoji = EMOJI.map((one) => h("button", { class: "button button--plain", type: "button", onclick: close(() => acts.react(one)) }, one));
    const own = message.is_own && !message.revoked ? [
      h("button", { class: "button button--plain", type: "button", onclick: () => this.ask("Edit", [field("Text", "text", message.text ?? "")], (form) => acts.edit(form.get("text"))) }, "Edit"),
      h("button", { class: "button button--danger", type: "button", onclick: close(acts.revoke) }, "Delete for everybody")] : [];
    this.dialog.replaceChildren(h("div", { class: "stack" }, h("h2", { class: "card__title" }, `As ${phone.name}`),
      h("p", { class: "row" }, emoji, h("button", { class: "button button--plain", type: "button", onclick: close(() => acts.react("")) }, "No reaction")),
      h("p", { class: "row" }, h("button", { class: "button button--plain", type: "button", onclick: close(acts.reply) }, "Answer"), own),
      h("button", { class: "button button--plain", type: "button", onclick: () => this.dialog.close() }, "Close")));
    this.dialog.showModal();
  }
}

function field(label, name, placeholder) {
  return h("label", { class: "field" }, h("span", { class: "field__label" }, label), h("input", { class: "input", name, placeholder, required: true }));
}

function enter() {
  const page = document.querySelector("[data-desk]");
  const gate = document.querySelector("[data-gate]");
  const open = async () => {
    gate.hidden = true;
    page.hidden = false;
    await new Desk(page).follow();
    forgetToken();
    page.hidden = true;
    gate.hidden = false;
  };
  gate.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    keepToken(new FormData(event.target).get("token").trim());
    location.reload();
  });
  if (takeToken()) open();
  else gate.hidden = false;
}

enter();
