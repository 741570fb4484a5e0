// Keeps the frame around a page fresh: what is marked with `data-fresh` is drawn anew when people or the workspace are
// called something else.

import { ask } from "./models/request.js";

const GATHER = 250;
const KINDS = ["WorkspaceChanged", "TeammateRenamed"];
let timer = null;

const later = () => (timer ??= setTimeout(refresh, GATHER));

document.addEventListener("tideline:news", ({ detail }) => KINDS.includes(detail.kind) && later());
document.addEventListener("tideline:reload", later);

async function refresh() {
  timer = null;
  const page = await ask("GET", location.pathname + location.search).catch(() => null);
  for (const stale of page ? document.querySelectorAll("[data-fresh]") : []) {
    const fresh = page.querySelector(`[data-fresh="${stale.dataset.fresh}"]`);
    if (fresh && fresh.outerHTML !== stale.outerHTML) stale.replaceWith(document.importNode(fresh, true));
  }
  if (page) document.dispatchEvent(new CustomEvent("tideline:title", { detail: page.title }));
}
