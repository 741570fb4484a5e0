// <notify-settings>: what this browser says aloud, kept in this browser alone.

import { keep, settings } from "./models/notify.js";

class NotifySettings extends HTMLElement {
  connectedCallback() {
    const { which, sound } = settings();
    this.querySelector("[name=which]").value = which;
    this.querySelector("[name=sound]").checked = sound;
    this.addEventListener("change", () => {
      keep({ which: this.querySelector("[name=which]").value, sound: this.querySelector("[name=sound]").checked });
      this.#say();
    });
    this.querySelector("[data-allow]").addEventListener("click", async () => {
      keep({ isAsked: true });
      await Notification.requestPermission();
      this.#say();
    });
    this.hidden = false;
    this.#say();
  }

  // what the browser has been told, in a sentence; the button is there as long as it has been told nothing
  #say() {
    const permission = "Notification" in window ? Notification.permission : "none";
    for (const one of this.querySelectorAll("[data-permission]")) one.hidden = one.dataset.permission !== permission;
  }
}

customElements.define("notify-settings", NotifySettings);
