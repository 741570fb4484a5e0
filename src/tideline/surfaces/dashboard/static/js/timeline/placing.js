// Puts a message that the server drew into an open conversation: instead of its older self, or where its time says.

import { follower, isBefore, rows } from "../models/order.js";

// `days` are the lines of days that came along; with `hasOlder`, what is older than all that is shown comes later
export function place(list, message, days, hasOlder) {
  const stale = document.getElementById(message.id);
  if (stale) return stale.replaceWith(message);
  const messages = shown(list);
  if (hasOlder && messages.length && isBefore(message, messages[0])) return;
  const next = follower(messages, message);
  const { day } = message.dataset;
  const end = next && next.dataset.day !== day ? head(next) : next;
  if (!list.querySelector(`.day[data-day="${day}"]`) && days.has(day)) {
    list.insertBefore(document.importNode(days.get(day), true), end);
  }
  list.insertBefore(message, end);
}

// Says of each message whether it begins or ends what one sender wrote in a row.
export function tidy(list) {
  const messages = shown(list);
  for (const [at, { isFirst, isLast }] of rows(messages).entries()) {
    messages[at].classList.toggle("msg--first", isFirst);
    messages[at].classList.toggle("msg--last", isLast);
    const sender = messages[at].querySelector(".bubble__sender");
    if (sender) sender.hidden = !isFirst;
  }
}

const shown = (list) => [...list.querySelectorAll(".msg[data-at]")];

// the lines that stand right over a message
function head(message) {
  let first = message;
  while (first.previousElementSibling?.matches(".day, .tide")) first = first.previousElementSibling;
  return first;
}
