// What stands on the page on which a phone is linked: puts a state, as the server tells it, into the page's parts.

export const find = (name) => document.querySelector(`[data-${name}]`);

export class QrPanel {
  #site;
  #name = null;
  #seconds = null;
  #ends = 0;

  constructor(site) {
    this.#site = site;
  }

  show(state) {
    const before = this.#name;
    this.#name = state.panel;
    for (const part of document.querySelectorAll("[data-show]")) part.hidden = !part.dataset.show.split(" ").includes(state.panel);
    find("title").textContent = state.title;
    document.title = `${state.title} · ${this.#site}`;
    find("lead").textContent = state.lead;
    this.notice(state.notice);
    for (const sign of [find("status"), find("end")]) {
      sign.textContent = state.status;
      sign.className = `state state--${state.sign}`;
    }
    if (state.drawing) this.#draw(state.drawing);
    if (state.code) this.#write(state.code);
    this.#seconds = state.seconds;
    this.#ends = performance.now() + state.seconds * 1000;
    this.count();
    // whoever reads with the ears hears at once that it is done, and not what is left of the page
    if (before && before !== state.panel && ["linked", "over"].includes(state.panel)) find("title").focus();
  }

  notice(text) {
    find("notice").firstElementChild.textContent = text ?? "";
    find("notice").hidden = !text;
  }

  count() {
    const countdown = find("countdown");
    countdown.hidden = !this.#seconds || !["qr", "code"].includes(this.#name);
    if (countdown.hidden) return;
    const left = Math.max(0, (this.#ends - performance.now()) / 1000);
    const words = this.#name === "qr" ? countdown.dataset.forQr : countdown.dataset.forCode;
    find("left").textContent = words.replace("{seconds}", Math.ceil(left));
    countdown.querySelector(".countdown__left").setAttribute("stroke-dasharray", `${(100 * left) / this.#seconds} 100`);
  }

  #draw({ size, path }) {
    find("drawing").setAttribute("viewBox", `0 0 ${size} ${size}`);
    find("drawing").firstElementChild.setAttribute("d", path);
  }

  #write(code) {
    const [first, second] = find("code").children;
    first.textContent = code.slice(0, 4);
    second.textContent = code.slice(4);
  }
}
