// One entry of a conversation: a message with what belongs to it, or a call.

import { fileUrl } from "./client.js";
import { h, icon, iconButton, ticks, timeText } from "./dom.js";
import { askAboutMessage } from "./questions.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const LARGEST_PICTURE = 4e6;
const OUTCOMES = { answered: "", missed: "missed", rejected: "declined" };

export function bubbleOf({ entry, quoted, isGroup }, conversation) {
  const side = entry.is_own ? "out" : "in";
  const isMessage = entry.kind === "message" && !entry.revoked;
  const content = entry.kind === "call" ? callWords(entry)
    : entry.revoked ? [h("div", { class: "bubble__text" }, icon("ban", "icon--sm"), "This message was deleted")] : said(entry, quoted, isGroup, conversation);
  return h("li", { class: `msg msg--${side} msg--last` },
    h("div", { class: "msg__body" },
      h("div", { class: entry.revoked ? "bubble bubble--gone" : "bubble" }, content,
        h("footer", { class: "bubble__meta" }, entry.edited && isMessage && h("span", {}, "edited"), h("time", {}, timeText(entry.at)), entry.is_own && entry.kind === "message" && ticks(entry.status))),
      entry.reactions?.length > 0 && h("ul", { class: "reactions" }, entry.reactions.map((one) => h("li", { class: "reaction", title: one.name }, one.emoji)))),
    isMessage && h("div", { class: "msg__tools" }, iconButton("more", "What to do with this message", () => askAboutMessage(entry, conversation.actsOn(entry)))));
}

function said(entry, quoted, isGroup, conversation) {
  return [
    isGroup && !entry.is_own && h("span", { class: "bubble__sender", dir: "auto" }, entry.author),
    entry.reply_to && h("span", { class: "quote" }, h("span", { class: "quote__text", dir: "auto" }, quoted?.text ?? quoted?.file?.filename ?? "An earlier message")),
    entry.file && attachment(entry, conversation),
    entry.text && h("div", { class: "bubble__text", dir: "auto" }, entry.text),
  ];
}

function callWords(entry) {
  const what = entry.video ? "Video call" : "Voice call";
  const detail = OUTCOMES[entry.outcome] || (entry.seconds ? `${entry.seconds} s` : "");
  return [h("div", { class: "bubble__text row" }, icon(entry.outcome === "answered" ? "call" : "call-missed", "icon--sm"), detail ? `${what}, ${detail}` : what)];
}

function attachment(entry, conversation) {
  const { file } = entry;
  const { desk, phone } = conversation.handset;
  const save = async () => {
    const url = await desk.act(() => fileUrl(phone, entry.id));
    if (url) h("a", { href: url, download: file.filename }).click();
  };
  if (!PICTURES.includes(file.mimetype) || file.size > LARGEST_PICTURE) {
    return h("button", { class: "doc plain", type: "button", onclick: save }, icon("file", "icon--sm"), h("span", { class: "clip", dir: "auto" }, file.filename));
  }
  const picture = h("img", { alt: file.filename });
  fileUrl(phone, entry.id).then((url) => { picture.src = url; }, () => {});
  return h("button", { class: "image plain", type: "button", title: file.filename, onclick: save }, picture);
}
