// Records a voice note with the microphone of this browser; what comes out is what the browser makes of sound.

const LONGEST = 15 * 60_000;

export class Recorder {
  #recorder = null;
  #isDiscarded = false;

  get isOn() {
    return this.#recorder !== null;
  }

  // Begins, and gives a file when `stop` was called; null when nothing was recorded. `tell` hears how long it is.
  async record(tell) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const recorder = new MediaRecorder(stream);
    this.#recorder = recorder;
    this.#isDiscarded = false;
    const parts = [];
    recorder.ondataavailable = ({ data }) => data.size && parts.push(data);
    const ended = new Promise((done) => (recorder.onstop = done));
    recorder.start(250);
    let seconds = 0;
    tell(seconds);
    const clock = setInterval(() => tell(++seconds), 1000);
    const limit = setTimeout(() => this.stop(), LONGEST);
    await ended;
    clearTimeout(limit);
    clearInterval(clock);
    for (const track of stream.getTracks()) track.stop();
    this.#recorder = null;
    const type = recorder.mimeType.split(";")[0];
    return parts.length && !this.#isDiscarded ? new File(parts, `voice.${type.endsWith("mp4") ? "m4a" : type.split("/")[1]}`, { type }) : null;
  }

  discard() {
    this.#isDiscarded = true;
    this.stop();
  }

  stop() {
    if (this.#recorder?.state === "recording") this.#recorder.stop();
  }
}
