// <copy-text>: a value with a button that copies it. Without a script the value can be marked and copied by hand.

const SHOWN = 2000;

class CopyText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-copy]");
    const label = button.querySelector("span");
    const name = label.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const value = this.querySelector("[data-value]");
      try {
        await navigator.clipboard.writeText(value.textContent);
      } catch {
        getSelection().selectAllChildren(value);
        return;
      }
      label.textContent = button.dataset.copied;
      setTimeout(() => (label.textContent = name), SHOWN);
    });
  }
}

customElements.define("copy-text", CopyText);
