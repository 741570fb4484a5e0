// <voice-note>: a sound with its waveform, a way to play it faster, and one at a time. Without scripts, a plain player.

const SPEEDS = [1, 1.5, 2];
const SVG = "http://www.w3.org/2000/svg";
let playing = null;
let chosen = 1; // for every sound, also for one that is drawn anew because its ticks changed

class VoiceNote extends HTMLElement {
  connectedCallback() {
    if (!("voice" in this.dataset) || this.querySelector(".voice")) return;
    this.audio = this.querySelector("audio");
    this.info = this.querySelector(".doc__info");
    this.audio.controls = false;
    this.audio.hidden = true;
    this.audio.defaultPlaybackRate = this.audio.playbackRate = chosen;
    this.#build();
    this.audio.addEventListener("timeupdate", () => this.#show());
    for (const event of ["play", "pause", "ended"]) this.audio.addEventListener(event, () => this.#show());
  }

  #build() {
    const box = document.createElement("div");
    box.className = "voice";
    this.button = this.#button("icon-button voice__play", () => this.#toggle());
    const track = document.createElement("div");
    track.className = "voice__track";
    track.append(this.#wave());
    this.time = document.createElement("span");
    this.time.className = "voice__time";
    this.time.textContent = this.info?.textContent ?? "";
    if (this.info) this.info.hidden = true;
    track.append(this.time);
    this.speed = this.#button("voice__speed", () => this.#faster());
    this.#say(chosen);
    box.append(this.button, track, this.speed);
    this.prepend(box);
    this.#show();
  }

  #button(look, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = look;
    made.addEventListener("click", act);
    return made;
  }

  #wave() {
    const heights = (this.dataset.wave ?? "").split(" ").filter(Boolean).map(Number);
    const shown = heights.length ? heights : Array(64).fill(20);
    const wave = document.createElementNS(SVG, "svg");
    wave.setAttribute("class", "wave");
    wave.setAttribute("viewBox", `0 0 ${shown.length * 3} 24`);
    wave.setAttribute("preserveAspectRatio", "none");
    this.bars = shown.map((height, at) => {
      const bar = document.createElementNS(SVG, "rect");
      const tall = Math.max(2, (height / 100) * 22);
      for (const [name, value] of Object.entries({ x: at * 3, y: 12 - tall / 2, width: 1.8, height: tall, rx: 0.9 })) bar.setAttribute(name, value);
      return bar;
    });
    wave.append(...this.bars);
    wave.addEventListener("click", ({ offsetX }) => {
      if (this.audio.duration) this.audio.currentTime = (this.audio.duration * offsetX) / wave.clientWidth;
    });
    return wave;
  }

  #toggle() {
    if (!this.audio.paused) return this.audio.pause();
    if (playing && playing !== this.audio) playing.pause();
    playing = this.audio;
    this.audio.play();
  }

  #faster() {
    chosen = SPEEDS[(SPEEDS.indexOf(this.audio.playbackRate) + 1) % SPEEDS.length];
    this.audio.defaultPlaybackRate = this.audio.playbackRate = chosen;
    this.#say(chosen);
  }

  #say(speed) {
    this.speed.textContent = `${speed}×`;
    this.speed.setAttribute("aria-label", `${this.dataset.speed} ${speed}×`);
  }

  #show() {
    const isOn = !this.audio.paused;
    const sign = document.createElementNS(SVG, "svg");
    sign.setAttribute("class", "icon");
    sign.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `/static/icons.svg#i-${isOn ? "pause" : "play"}`);
    sign.append(use);
    if (this.button.dataset.on !== String(isOn)) this.button.replaceChildren(sign);
    this.button.dataset.on = isOn;
    this.button.setAttribute("aria-label", isOn ? this.dataset.pause : this.dataset.play);
    const part = this.audio.duration ? this.audio.currentTime / this.audio.duration : 0;
    for (const [at, bar] of this.bars.entries()) bar.classList.toggle("is-played", at < part * this.bars.length);
  }
}

customElements.define("voice-note", VoiceNote);
