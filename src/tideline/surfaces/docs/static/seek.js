// The index: which parts of which pages hold the words, and a piece of text around the first one.
import MiniSearch from "./vendor/minisearch-7.2.0/index.js";

const FIELDS = ["slug", "anchor", "page", "part", "section", "text"];
const WEIGHTS = { page: 4, part: 3, text: 1 };
const AROUND = 110;

export async function openIndex(address) {
  const answer = await fetch(address);
  const rows = (await answer.json()).map((row, id) => ({ id, ...Object.fromEntries(FIELDS.map((name, at) => [name, row[at]])) }));
  const index = new MiniSearch({ fields: Object.keys(WEIGHTS), processTerm: stem });
  index.addAll(rows);
  return new Index(rows, index);
}

export class Index {
  constructor(rows, index) {
    this.rows = rows;
    this.index = index;
  }

  seek(asked, most) {
    const options = { boost: WEIGHTS, prefix: (term) => term.length > 1, fuzzy: (term) => (term.length > 4 ? 0.15 : 0) };
    const all = this.index.search(asked, { ...options, combineWith: "AND" });
    const found = all.length ? all : this.index.search(asked, options);
    return found.slice(0, most).map(({ id, queryTerms }) => ({ ...this.rows[id], text: around(this.rows[id].text, queryTerms) }));
  }
}

/** Words count as the same whatever number they stand in: "webhooks" and "webhook". */
export function stem(term) {
  const word = term.toLowerCase();
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

export function around(text, words) {
  const low = text.toLowerCase();
  const first = Math.min(...words.map((word) => low.indexOf(word)).filter((place) => place >= 0), Infinity);
  const from = first === Infinity || first < AROUND / 2 ? 0 : text.lastIndexOf(" ", first - AROUND / 3) + 1;
  const piece = text.slice(from, from + AROUND);
  return `${from ? "…" : ""}${piece}${from + AROUND < text.length ? "…" : ""}`;
}
