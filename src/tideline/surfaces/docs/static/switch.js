// Light, dark, or as the system has it: one button that goes round.
import { make, remember, remembered } from "./make.js";

const KEY = "tideline-docs-theme";
const NEXT = { "": "dark", dark: "light", light: "" };
const NAMES = { "": "as the system", dark: "dark", light: "light" };
const SIGNS = { "": "◐", dark: "●", light: "○" };

export class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.button = make("button", { type: "button", class: "tool" });
    this.button.addEventListener("click", () => this.choose(NEXT[this.theme]));
    this.replaceChildren(this.button);
    this.choose(remembered(KEY) ?? "");
  }

  choose(theme) {
    this.theme = theme in NEXT ? theme : "";
    if (this.theme) document.documentElement.dataset.theme = this.theme;
    else delete document.documentElement.dataset.theme;
    remember(KEY, this.theme);
    this.button.textContent = SIGNS[this.theme];
    this.button.setAttribute("aria-label", `Theme: ${NAMES[this.theme]}. Change it`);
    this.button.title = `Theme: ${NAMES[this.theme]}`;
  }
}
