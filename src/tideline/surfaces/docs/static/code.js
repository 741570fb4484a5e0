// Code: a button that copies it, and tabs where the same is said in several languages. The chosen language is kept.
import { make, remember, remembered } from "./make.js";

const KEY = "tideline-docs-language";
let count = 0;

export function offerCopies(root) {
  for (const figure of root.querySelectorAll(".code")) {
    const button = make("button", { type: "button", class: "code__copy" }, "Copy");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(figure.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    figure.append(button);
  }
}

export class CodeTabs extends HTMLElement {
  connectedCallback() {
    this.figures = [...this.querySelectorAll(":scope > .code")];
    this.tabs = this.figures.map((figure) => this.tab(figure));
    this.prepend(make("div", { role: "tablist", class: "tabs", "aria-label": "Language" }, ...this.tabs));
    this.addEventListener("keydown", (event) => this.turn(event));
    document.addEventListener("language-chosen", (event) => this.show(event.detail));
    this.show(remembered(KEY) ?? this.figures[0].dataset.name);
  }

  tab(figure) {
    figure.id ||= `code-${(count += 1)}`;
    figure.setAttribute("role", "tabpanel");
    figure.setAttribute("aria-label", figure.dataset.name);
    const tab = make("button", { type: "button", role: "tab", "aria-controls": figure.id }, figure.dataset.name);
    tab.addEventListener("click", () => this.choose(figure.dataset.name));
    return tab;
  }

  choose(name) {
    remember(KEY, name);
    const before = this.getBoundingClientRect().top;
    document.dispatchEvent(new CustomEvent("language-chosen", { detail: name }));
    // other samples above may have grown or shrunk: what was clicked stays where it is
    scrollBy({ top: this.getBoundingClientRect().top - before, behavior: "instant" });
  }

  show(name) {
    const at = Math.max(0, this.figures.findIndex((figure) => figure.dataset.name === name));
    this.figures.forEach((figure, place) => (figure.hidden = place !== at));
    this.tabs.forEach((tab, place) => {
      tab.setAttribute("aria-selected", String(place === at));
      tab.tabIndex = place === at ? 0 : -1;
    });
  }

  turn(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = this.tabs.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
    next.focus();
    next.click();
  }
}
