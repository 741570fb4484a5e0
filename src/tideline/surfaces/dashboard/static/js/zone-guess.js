// <zone-guess>: chooses the browser's own time zone in the list inside it, unless somebody has chosen already.

class ZoneGuess extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector("select");
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ("chosen" in list.dataset) return;
    if ([...list.options].some((option) => option.value === own)) list.value = own;
  }
}

customElements.define("zone-guess", ZoneGuess);
