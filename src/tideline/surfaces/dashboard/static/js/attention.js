// Says that something waits while nobody looks: a number in the title, and a notification where somebody has allowed it.
// Of all the tabs of a browser one speaks, and only when none of them shows the chat.

import { calls, isMeant, keep, settings } from "./models/notify.js";
import { Tabs } from "./models/tabs.js";

const stream = document.querySelector("live-stream");
const me = Number(stream.dataset.me);
const opened = Number(/^\/chat\/(\d+)\//.exec(location.pathname)?.[1] ?? 0);
const tabs = new Tabs(`tideline tabs ${stream.dataset.workspace}`, (chat) => chat === opened && !document.hidden);
let title = document.title;
let missed = 0;

document.addEventListener("tideline:news", async ({ detail }) => {
  if (!calls(me, detail)) return;
  if (document.hidden) {
    missed++;
    document.title = `(${missed}) ${title}`;
  }
  if (tabs.speaks && isMeant(me, detail, settings().which) && !(await tabs.isLookedAt(detail.chat))) notify(detail);
});

document.addEventListener("tideline:title", ({ detail }) => {
  title = detail;
  document.title = missed ? `(${missed}) ${title}` : title;
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  missed = 0;
  document.title = title;
});

// One per chat: a newer one takes the place of an older one.
function notify({ title: name, text, chat, mentioned }) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const body = mentioned?.includes(me) ? `${stream.dataset.mentioned} ${text}` : text;
  const shown = new Notification(name, { body, tag: `chat ${chat}`, silent: true });
  shown.onclick = () => {
    window.focus();
    shown.close();
    if (chat !== opened) location.assign(`/chat/${chat}/messages/`);
  };
  if (settings().sound) ring();
}

// two short tones; a browser in which nobody has touched this page yet stays quiet
function ring() {
  const context = new AudioContext();
  const volume = context.createGain();
  volume.gain.value = 0.08;
  volume.connect(context.destination);
  for (const [tone, at] of [[660, 0], [880, 0.12]]) {
    const one = context.createOscillator();
    one.frequency.value = tone;
    one.connect(volume);
    one.start(context.currentTime + at);
    one.stop(context.currentTime + at + 0.1);
    one.onended = () => at && context.close();
  }
}

// The browser is asked only when somebody presses the button, and nobody is bothered twice.
const question = document.querySelector("[data-notify-ask]");
if (question && "Notification" in window && Notification.permission === "default" && !settings().isAsked) {
  question.hidden = false;
  question.addEventListener("click", async ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    keep({ isAsked: true });
    question.hidden = true;
    if ("allow" in button.dataset) await Notification.requestPermission();
  });
}
