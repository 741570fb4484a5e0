// The open places of a template that stands in a field: `{{name}}`. Needs no page.

const PLACE = /\{\{\s*[^{}\n]{1,60}?\s*\}\}/g;

// The first place that begins at or behind `from`, else the first of all; null when there is none.
export function nextPlace(text, from = 0) {
  const found = [...text.matchAll(PLACE)].map((one) => ({ words: one[0], start: one.index, end: one.index + one[0].length }));
  return found.find(({ start }) => start >= from) ?? found[0] ?? null;
}
