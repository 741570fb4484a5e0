// Says that something waits while nobody looks: a number in the title, and a notification where the browser may show one.

let title = document.title;
const me = Number(document.querySelector("live-stream").dataset.me);
let missed = 0;

document.addEventListener("tideline:news", ({ detail }) => {
  const isForMe = detail.kind === "MessageReceived" || detail.mentioned?.includes(me);
  if (!isForMe || !document.hidden) return;
  missed++;
  document.title = `(${missed}) ${title}`;
  notify(detail);
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

// One per chat: a newer one takes the place of an older one, in whichever tab it was shown.
function notify({ title: name, text, chat }) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(name, { body: text, tag: `chat ${chat}` });
  shown.onclick = () => {
    window.focus();
    location.assign(`/chat/${chat}/messages/`);
  };
}
