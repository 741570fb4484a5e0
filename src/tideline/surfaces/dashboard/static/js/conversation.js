// What a page with a conversation loads: the conversation, the field, voices, and what belongs to both.

import "./message-timeline.js";
import "./message-composer.js";
import "./voice-note.js";
import { EMOJI, QUICK } from "./models/emoji.js";
import { send } from "./models/request.js";

const conversation = document.querySelector("[data-conversation]");
const timeline = conversation.querySelector("message-timeline");
const composer = conversation.querySelector("message-composer");

// The chat counts as read once somebody looks at it.
let isUnread = composer?.dataset.unread === "yes";
async function look() {
  if (!isUnread || document.hidden || !composer) return;
  isUnread = false;
  await send(`${timeline.address}/do/read`, {}).catch(() => (isUnread = true));
}
conversation.addEventListener("talk:state", ({ detail }) => {
  isUnread = detail.unread === "yes";
  look();
});
conversation.addEventListener("talk:page", ({ detail: page }) => {
  conversation.ariaLabel = page.querySelector("[data-conversation]").ariaLabel;
  document.dispatchEvent(new CustomEvent("tideline:title", { detail: page.title }));
});
document.addEventListener("visibilitychange", look);
look();

// Closing and reopening: the head comes back changed by the news of it.
conversation.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-deed]");
  if (!form) return;
  event.preventDefault();
  send(form.action, {}).catch(() => location.reload());
});

// Reactions and answers, from the tools beside a message.
conversation.addEventListener("click", ({ target }) => {
  const reply = target.closest("[data-reply]");
  const react = target.closest("[data-react]");
  if (reply) composer?.reply(document.getElementById(`m-${reply.dataset.reply}`));
  else if (react) choose(react);
  else if (!target.closest(".reaction-picker")) {
    close();
    touch(target.closest(".msg"));
  }
});
conversation.addEventListener("keydown", ({ key }) => key === "Escape" && close());

function close() {
  conversation.querySelector(".reaction-picker")?.remove();
}

// Nothing hovers on a phone: a tap on a message shows what can be done with it, until another is tapped.
function touch(message) {
  for (const one of conversation.querySelectorAll(".msg.is-active")) if (one !== message) one.classList.remove("is-active");
  message?.classList.toggle("is-active");
}

function choose(button) {
  const isOpen = button.parentElement.querySelector(".reaction-picker");
  close();
  if (isOpen) return;
  const box = document.createElement("div");
  box.className = "reaction-picker";
  const mine = button.closest(".msg").querySelector(".reaction[data-mine]")?.dataset.mine ?? "";
  for (const emoji of [...QUICK, ...(mine && !QUICK.includes(mine) ? [mine] : []), EMOJI[8]]) {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "icon-button";
    one.textContent = emoji;
    one.setAttribute("aria-pressed", emoji === mine);
    one.addEventListener("click", () => {
      close();
      send(`${timeline.address}/messages/${button.dataset.react}/reaction`, { emoji: emoji === mine ? "" : emoji }).catch(
        ({ message }) => (button.title = message),
      );
    });
    box.append(one);
  }
  button.after(box);
  box.firstElementChild.focus();
}
