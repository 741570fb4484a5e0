// Builds elements from plain values; text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#i-${name}`);
  svg.append(use);
  return svg;
}

export function ticks(status) {
  const svg = icon(status === "sent" ? "tick" : "ticks");
  svg.setAttribute("class", `ticks ticks--${status}`);
  svg.setAttribute("role", "img");
  svg.removeAttribute("aria-hidden");
  svg.setAttribute("aria-label", status[0].toUpperCase() + status.slice(1));
  return svg;
}

export function avatar(name, seed, extra = "") {
  const words = name.split(/\s+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = ends.map((word) => [...word][0]).join("").toUpperCase() || "#";
  const hue = ([...String(seed)].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 9973, 7) % 8) + 1;
  return h("span", { class: `avatar ${extra} hue-${hue}`, "aria-hidden": "true" }, letters);
}

export function phoneText(digits) {
  return `+${digits}`;
}

export function timeText(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
