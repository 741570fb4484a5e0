// Keeps the list of chats fresh: after news, its rows are fetched again, together for all that happened meanwhile.

import { ask } from "./models/request.js";

const GATHER = 250;
let timer = null;

const later = () => (timer ??= setTimeout(refresh, GATHER));

document.addEventListener("tideline:news", later);
document.addEventListener("tideline:reload", later);
document.addEventListener("visibilitychange", () => document.hidden || later());

async function refresh() {
  timer = null;
  const list = document.querySelector(".pane.list");
  if (!list || document.hidden) return;
  const query = new URLSearchParams(location.pathname === "/" ? location.search : "");
  query.set("workspace", document.querySelector("live-stream").dataset.workspace);
  const open = /^\/chat\/(\d+)\//.exec(location.pathname);
  if (open) query.set("open", open[1]);
  const page = await ask("GET", `/chats?${query}`).catch(() => null);
  const fresh = page?.querySelector(".chats, .empty");
  const stale = list.querySelector(".chats, .empty");
  if (!fresh || !stale) return;
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const { scrollTop } = stale;
  stale.replaceWith(document.adoptNode(fresh));
  fresh.scrollTop = scrollTop;
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}
