// The one dialog of the desk: asks for something, and stays open with what was typed when the answer is refused.

import { button, h, iconButton } from "./dom.js";

const dialog = document.querySelector("[data-dialog]");

function open(title, ...content) {
  dialog.replaceChildren(
    h("header", { class: "dialog__head" }, h("h2", { class: "dialog__title", id: "dialog-title" }, title), iconButton("close", "Close", close)),
    ...content);
  if (!dialog.open) dialog.showModal();
}

export function close() {
  dialog.close();
}

// Fields, and what to do with them. `submit` gets the form's data; what it throws is said above the buttons.
export function ask(title, fields, submit, { done = "Done" } = {}) {
  const refusal = h("p", { class: "field__error", role: "alert" });
  const form = h("form", { method: "dialog", onsubmit: async (event) => {
    event.preventDefault();
    try {
      await submit(new FormData(form));
      close();
    } catch (error) {
      refusal.textContent = error.message;
    }
  } }, h("div", { class: "dialog__body" }, fields, refusal),
  h("footer", { class: "dialog__foot" }, button("Cancel", close), h("button", { class: "button", type: "submit" }, done)));
  open(title, form);
}

// Things to do; each closes the dialog. What goes wrong is said by whoever does it.
export function choose(title, ...content) {
  open(title, h("div", { class: "dialog__body" }, content));
}

export function act(label, action, variant) {
  return button(label, () => { close(); action(); }, variant);
}

let count = 0;

function labelled(label, control, labelClass = "field__label") {
  control.id = `field-${(count += 1)}`;
  return h("div", { class: "field" }, h("label", { class: labelClass, for: control.id }, label), control);
}

export function field(label, name, more = {}) {
  return labelled(label, h("input", { class: "input", name, required: true, autocomplete: "off", ...more }));
}

export function select(label, name, options, chosen, labelClass) {
  return labelled(label, h("select", { class: "select", name }, options.map(([value, text]) => h("option", { value, selected: value === chosen }, text))), labelClass);
}

export function check(label, name, value, isChecked = false) {
  return h("label", { class: "check" }, h("input", { type: "checkbox", name, value, checked: isChecked }), h("span", { dir: "auto" }, label));
}
