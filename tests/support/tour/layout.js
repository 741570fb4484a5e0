// What is wrong with how this page is laid out, as sentences. Run at each width; `least` is how large a target has to be.
({ least }) => {
  const wrong = [];
  const NEAR = 1;
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option], [role=tab], [role=menuitem]";
  const MAY_SCROLL_SIDEWAYS = ".tabs, .views, .code, pre, .table-wrap, .tray, .composer__files, .filters, .diff, .ticker";

  const isShown = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const box = (one) => one.getBoundingClientRect();
  const isForEyes = (one) => {
    const { width, height } = box(one);
    return isShown(one) && width > 2 && height > 2 && !one.closest(".sr-only, .skip, [aria-hidden=true]") && !isForEars(one);
  };
  // in a box of no size, which only those who listen find
  function isForEars(one) {
    for (let around = one.parentElement; around; around = around.parentElement) {
      if (around.offsetWidth <= 2 && around.offsetHeight <= 2 && getComputedStyle(around).overflowX === "hidden") return true;
    }
    return false;
  }
  function named(one) {
    const text = (one.getAttribute?.("aria-label") || one.textContent || one.getAttribute?.("name") || "").trim().replace(/\s+/g, " ");
    const look = one.getAttribute?.("class");
    return `<${one.localName}${look ? ` class="${look}"` : ""}> ${JSON.stringify(text.slice(0, 40))}`;
  }

  // only what lies on top is looked at while a dialog or a menu is open
  const open = [...document.querySelectorAll("dialog:modal, :popover-open")].at(-1);
  const root = open ?? document.body;
  const all = [...root.querySelectorAll("*")].filter((one) => one.namespaceURI === "http://www.w3.org/1999/xhtml");
  const controls = all.filter((one) => one.matches(CONTROLS) && isForEyes(one) && !one.disabled);

  sideways();
  clipped();
  empty();
  targets();
  overlaps();
  return wrong;

  function sideways() {
    const page = document.scrollingElement;
    if (page.scrollWidth > innerWidth + NEAR) wrong.push(`the page is ${page.scrollWidth - innerWidth} px too wide: ${widest()}`);
    for (const one of all) {
      const { overflowX } = getComputedStyle(one);
      if (!["auto", "scroll"].includes(overflowX) || one.matches(`${MAY_SCROLL_SIDEWAYS}, textarea, select`)) continue;
      if (isShown(one) && one.scrollWidth > one.clientWidth + NEAR) wrong.push(`scrolls sideways by ${one.scrollWidth - one.clientWidth} px: ${named(one)}`);
    }
  }

  function widest() {
    const beyond = all.filter((one) => isForEyes(one) && (box(one).right > innerWidth + NEAR || box(one).left < -NEAR));
    return beyond.slice(-1).map(named).join();
  }

  // Text that is cut off has its full self in a title, on itself or around it; or leads there as a link.
  function clipped() {
    for (const one of all) {
      if (!hasText(one) || !isForEyes(one) || one.matches("input, textarea, select, option")) continue;
      const cut = cutter(one);
      if (!cut || one.closest("[title], a[href], [role=option], summary")) continue;
      if (one.closest(".chat__preview, .quote") ) continue; // one line of a message that is there in full
      wrong.push(`cut off without a title: ${named(one)} by ${named(cut)}`);
    }
  }

  function hasText(one) {
    return [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  }

  function cutter(one) {
    const rects = lines(one);
    const text = {
      left: Math.min(...rects.map(({ left }) => left)),
      right: Math.max(...rects.map(({ right }) => right)),
      top: Math.min(...rects.map(({ top }) => top)),
      bottom: Math.max(...rects.map(({ bottom }) => bottom)),
    };
    for (let around = one; around && around !== document.body; around = around.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(around);
      const inside = box(around);
      const isWide = text.right > inside.right + 2 || text.left < inside.left - 2;
      const isHigh = text.bottom > inside.bottom + 2 || text.top < inside.top - 2;
      if (["hidden", "clip"].includes(overflowX) && isWide) return around;
      if (["hidden", "clip"].includes(overflowY) && isHigh) return around;
      if (["auto", "scroll"].includes(overflowX) || ["auto", "scroll"].includes(overflowY) || position === "fixed") return null;
    }
    return null;
  }

  function empty() {
    for (const one of root.querySelectorAll(".empty")) {
      if (isShown(one) && one.textContent.trim().length < 12) wrong.push(`an empty state that says nothing: ${named(one)}`);
    }
    for (const one of root.querySelectorAll("ul, ol, tbody, dl, [role=list], [role=listbox]")) {
      if (isForEyes(one) && !one.children.length && !one.matches(".timeline")) wrong.push(`an empty list without a word: ${named(one)}`);
    }
    for (const one of root.querySelectorAll("section, .card, h1, h2, h3, button, a[href]")) {
      const says = one.textContent.trim() || one.getAttribute("aria-label") || one.querySelector("img, svg[aria-label], input, textarea");
      if (isForEyes(one) && !says) wrong.push(`says nothing: ${named(one)}`);
    }
  }

  function targets() {
    for (const one of controls) {
      if (isInSentence(one) || one.closest("[data-drawn-by-browser]") || one.matches("[role=option]")) continue;
      const rects = [one, ...(one.labels ?? [])].filter(isForEyes).map(box);
      const width = Math.max(...rects.map((rect) => rect.width));
      const height = Math.max(...rects.map((rect) => rect.height));
      if (width + 0.5 >= least && height + 0.5 >= least) continue;
      if (isLargeToTouch(one)) continue;
      wrong.push(`a target of ${Math.round(width)} x ${Math.round(height)} px: ${named(one)}`);
    }
  }

  // a link among words, which flows with them
  function isInSentence(one) {
    if (one.localName !== "a" || getComputedStyle(one).display !== "inline") return false;
    const around = one.parentElement;
    return around.textContent.trim().length > one.textContent.trim().length;
  }

  // larger than it looks: something invisible around it takes the touch too
  function isLargeToTouch(one) {
    one.scrollIntoView({ block: "center", inline: "nearest" });
    const { left, top, width, height } = box(one);
    const [x, y] = [left + width / 2, top + height / 2];
    const reach = least / 2 - 1;
    const hits = [[x - reach, y], [x + reach, y], [x, y - reach], [x, y + reach]];
    return hits.every(([at, down]) => {
      const hit = document.elementFromPoint(at, down);
      return hit && (one.contains(hit) || [...(one.labels ?? [])].some((label) => label.contains(hit)));
    });
  }

  // Things of one layer that lie on each other: controls on controls, controls on words, words on words.
  function overlaps() {
    const words = all.filter((one) => hasText(one) && isForEyes(one) && !one.matches("option, script, style, textarea, select"));
    const things = [
      ...controls.map((one) => ({ one, rects: isInSentence(one) ? [...one.getClientRects()] : [box(one)], from: one.parentElement })),
      ...words.map((one) => ({ one, rects: lines(one), from: one })),
    ].map(({ one, rects, from }) => ({ one, layer: layer(one), rects: rects.map((rect) => seen(from, rect)).filter(Boolean) }));
    for (let i = 0; i < things.length; i++) {
      for (let j = i + 1; j < things.length; j++) {
        const [a, b] = [things[i], things[j]];
        if (a.layer !== b.layer || a.one === b.one || a.one.contains(b.one) || b.one.contains(a.one)) continue;
        if (isMeant(a.one, b.one)) continue;
        if (a.rects.some((one) => b.rects.some((other) => touch(one, other)))) wrong.push(`lie on each other: ${named(a.one)} and ${named(b.one)}`);
      }
    }
  }

  // The row of a chat is one link, and other things of it lie above; so do a label and what it names.
  function isMeant(a, b) {
    if ([a, b].some((one) => one.matches(".chat__link"))) return a.closest(".chat") === b.closest(".chat");
    return [a, b].some((one) => one.localName === "label" || one.closest("label") && one.closest("label") === (one === a ? b : a).closest("label"));
  }

  function lines(one) {
    const rects = [];
    for (const node of one.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const { left, right, top, bottom } of range.getClientRects()) {
        const room = (bottom - top) * 0.22; // a line is higher than its letters
        rects.push({ left, right, top: top + room, bottom: bottom - room });
      }
    }
    return rects;
  }

  // the part of it that no box cuts off, from this one outwards
  function seen(from, { left, right, top, bottom }) {
    const rect = { left, right, top, bottom };
    for (let around = from; around && around !== root.parentElement; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.overflowX !== "visible") {
        const edge = box(around);
        rect.left = Math.max(rect.left, edge.left);
        rect.right = Math.min(rect.right, edge.right);
        rect.top = Math.max(rect.top, edge.top);
        rect.bottom = Math.min(rect.bottom, edge.bottom);
      }
      if (style.position === "fixed") break;
    }
    return rect.right - rect.left > 1 && rect.bottom - rect.top > 1 ? rect : null;
  }

  // What floats is over something on purpose.
  function layer(one) {
    for (let around = one; around; around = around.parentElement) {
      const { position, zIndex } = getComputedStyle(around);
      const floats = position === "fixed" || position === "sticky" || (position === "absolute" && zIndex !== "auto");
      if (floats || around.matches("[popover], dialog, .picker, .menu, .reaction-picker, .toast, .msg__tools")) return around;
    }
    return root;
  }

  function touch(a, b) {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return wide > 2 && high > 2;
  }
}
