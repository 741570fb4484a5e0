// A bubble that is there before the server has said anything. Its id is the key that the message is sent under.

export function bubble(key, text, { isNote, words, filename }) {
  const item = make("li", `msg msg--${isNote ? "note" : "out"} msg--first msg--last msg--pending`);
  item.id = key;
  const body = make("div", "msg__body");
  const box = make("div", `bubble${isNote ? " bubble--note" : ""}${filename ? " bubble--card" : ""}`);
  if (filename) {
    const name = make("p", "doc__name", filename);
    name.dir = "auto";
    box.append(name);
    const meter = make("progress", "composer__progress");
    meter.max = 1;
    meter.value = 0;
    box.append(meter);
  }
  if (text) {
    const said = make("div", "bubble__text", text);
    said.dir = "auto";
    box.append(said);
  }
  box.append(make("footer", "bubble__meta", words.sending));
  body.append(box);
  item.append(body);
  return item;
}

export function progressed(item, part) {
  const meter = item.querySelector("progress");
  if (meter) meter.value = part;
}

// Says why it was not sent, with a way to try again under the same key.
export function failed(item, sentence, words, again) {
  item.classList.replace("msg--pending", "msg--failed");
  item.querySelector(".bubble__meta").textContent = "";
  const line = make("p", "msg__error");
  line.setAttribute("role", "alert");
  const button = make("button", "text-button", words.again);
  button.type = "button";
  button.addEventListener("click", () => {
    line.remove();
    item.classList.replace("msg--failed", "msg--pending");
    again();
  });
  line.append(make("span", "", `${words.failed} ${sentence || words.offline}`), button);
  item.querySelector(".msg__body").append(line);
}

function make(name, look, text = "") {
  const made = document.createElement(name);
  if (look) made.className = look;
  if (text) made.textContent = text;
  return made;
}
