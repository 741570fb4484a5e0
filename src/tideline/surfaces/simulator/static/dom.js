// Builds elements from plain values; text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name, extra = "") {
  return svg("svg", { class: `icon ${extra}`.trim(), "aria-hidden": "true" }, svg("use", { href: `/static/icons.svg#i-${name}` }));
}

export function iconButton(name, label, onclick, more = {}) {
  return h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, onclick, ...more }, icon(name, "icon--sm icon--flip"));
}

export function button(label, onclick, variant = "button--plain", more = {}) {
  return h("button", { class: `button ${variant}`, type: "button", onclick, ...more }, label);
}

export function ticks(status) {
  const name = status[0].toUpperCase() + status.slice(1);
  return svg("svg", { class: `ticks ticks--${status}`, role: "img", "aria-label": name },
    svg("use", { href: `/static/icons.svg#i-${status === "sent" ? "tick" : "ticks"}` }));
}

export function avatar(name, seed, extra = "") {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = ends.map((word) => [...word][0]).join("").toUpperCase();
  const hue = ([...String(seed)].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 9973, 7) % 8) + 1;
  return h("span", { class: `avatar ${extra} hue-${letters ? hue : 8}`, "aria-hidden": "true" }, letters || icon("person"));
}

export function qrCode(code) {
  return svg("svg", { class: "qr-box__code", viewBox: `0 0 ${code.size} ${code.size}`, role: "img", "aria-label": `QR code for ${code.name}` },
    svg("path", { d: code.path }));
}

export function phoneText(digits) {
  return `+${digits}`;
}

export function timeText(iso, seconds = false) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23" });
}

// Makes the children of a list what the entries say, and touches only those that changed: focus, selection and
// scroll positions of the others stay.
export function keyed(list, entries, keyOf, make) {
  const known = list.keyedChildren ?? new Map();
  const next = new Map();
  entries.forEach((entry, index) => {
    const key = keyOf(entry);
    const text = JSON.stringify(entry);
    const before = known.get(key);
    const child = before?.text === text ? before.element : make(entry);
    if (before && before.element !== child) before.element.replaceWith(child);
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
    next.set(key, { text, element: child });
  });
  while (list.children.length > entries.length) list.lastElementChild.remove();
  list.keyedChildren = next;
}
