// Older files of a list, put behind those that are shown.

import { ask } from "../models/request.js";

export async function older(link) {
  const list = link.closest("[data-part]").querySelector("[data-files]");
  const page = await ask("GET", link.href).catch(() => null);
  if (!page || !link.isConnected) return;
  const shown = page.querySelector("[data-files]");
  const first = shown?.firstElementChild;
  if (shown) list.append(...[...shown.children].map((one) => document.adoptNode(one)));
  const next = page.querySelector("[data-older-files]");
  if (next) link.replaceWith(document.adoptNode(next));
  else link.parentElement.remove();
  first?.querySelector("a")?.focus();
}
