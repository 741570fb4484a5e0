// The page on which a phone is linked: asks for a code, keeps what it shows fresh, and talks with the page around it.

import { Parent, START_PHONE_LINKING, START_QR } from "./models/parent.js";
import { picture } from "./models/picture.js";
import { find, QrPanel } from "./qr-panel.js";

const AGAIN = 2000;
const page = document.querySelector("[data-qr-page]");
const address = page.dataset.address ?? location.pathname; // of the link, where this page has another
const parent = new Parent(window, JSON.parse(page.dataset.origins ?? "[]"));
const panel = new QrPanel(page.dataset.site);
const pause = (time) => new Promise((done) => setTimeout(done, time));

let shown = null;
let mayBegin = page.dataset.begins === "yes"; // by itself, once
const wanted = { qr: false, code: false }; // by the page around this one
const told = {};

function show(state) {
  const isFirst = shown === null;
  shown = state;
  panel.show(state);
  tell(state, isFirst);
}

const isOver = () => ["linked", "over"].includes(shown?.panel);

// Telling the page around ----------------------------------------------------------------------------------------

function tell(state, isFirst = false) {
  if (wanted.qr && state.drawing) once("qr", state.drawing.path, { type: "TIMELINES_QR_CODE_DATA", data: picture(state.drawing) });
  if (wanted.code && state.code) once("code", state.code, { type: "TIMELINES_PAIRING_CODE", code: state.code });
  if (state.panel === "linked") once("linked", true, { type: "TIMELINES_QR_CONNECTED" });
  // what went wrong before this page was opened is no news, unless nothing can be done here any more
  if (!state.error) delete told.error; // the same may go wrong again
  if (state.error && !(isFirst && state.panel === "ready")) once("error", state.version, problem(state.error));
}

function once(kind, value, message) {
  if (told[kind] === value) return;
  told[kind] = value;
  parent.tell(message);
}

const problem = (message) => ({ type: "TIMELINES_ERROR", error: "", message });

// Asking ---------------------------------------------------------------------------------------------------------

async function begin(fields) {
  mayBegin = false;
  const before = shown;
  try {
    const body = new URLSearchParams(fields);
    const answer = await fetch(address + location.search, { method: "POST", headers: { accept: "application/json" }, body });
    const state = await answer.json();
    // what was heard meanwhile is younger than this answer
    if (answer.ok && shown === before) show(state);
    else if (!answer.ok) refuse(state.error);
  } catch {
    refuse(page.dataset.offline);
  }
}

function refuse(sentence) {
  panel.notice(sentence);
  parent.tell(problem(sentence));
}

async function follow() {
  const query = new URLSearchParams(location.search);
  while (!isOver()) {
    const began = performance.now();
    query.set("known", shown?.version ?? "");
    try {
      const answer = await fetch(`${address}/state?${query}`, { cache: "no-store" });
      if (answer.status === 200 || answer.status === 404) show(await answer.json());
      else {
        find("status").textContent = shown.status;
        if (performance.now() - began < AGAIN) await pause(AGAIN);
      }
    } catch {
      find("status").textContent = page.dataset.offline;
      await pause(AGAIN);
    }
    beginWhenSeen();
  }
}

// A page that nobody looks at yet (prepared by the browser, or a frame that its page keeps hidden) begins nothing.
let isSeen = false;
new IntersectionObserver(([entry]) => {
  isSeen = entry.isIntersecting;
  beginWhenSeen();
}).observe(page);
document.addEventListener("visibilitychange", beginWhenSeen);

function beginWhenSeen() {
  if (mayBegin && isSeen && !document.hidden && shown?.panel === "ready" && !shown.notice) begin({ method: "qr" });
}

parent.listen({
  [START_QR]() {
    wanted.qr = true;
    delete told.qr;
    delete told.error;
    if (shown?.drawing || isOver()) tell(shown);
    else begin({ method: "qr" });
  },
  [START_PHONE_LINKING]({ phone }) {
    wanted.code = true;
    delete told.code;
    begin({ method: "code", phone: String(phone ?? "") });
  },
});

for (const form of document.querySelectorAll("[data-form]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(Object.fromEntries(new FormData(form)));
  });
}

find("by-phone")?.addEventListener("click", (event) => {
  event.preventDefault();
  mayBegin = false;
  find("other").hidden = true;
  const form = document.querySelector("[data-form=code]");
  form.hidden = false;
  form.elements.phone.focus();
});

find("copy")?.removeAttribute("hidden");
find("copy")?.addEventListener("click", async () => {
  const label = find("copy").querySelector("span");
  try {
    await navigator.clipboard.writeText(shown.code);
  } catch {
    // a frame may not be let at the clipboard: then the code is marked, and the keyboard copies it
    getSelection().selectAllChildren(find("code"));
    return;
  }
  const before = label.textContent;
  label.textContent = page.dataset.copied;
  await pause(AGAIN);
  label.textContent = before;
});

const time = find("ends");
if (time) time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time.dateTime));
if (["linked", "over"].includes(page.dataset.panel)) {
  shown = { panel: page.dataset.panel, error: page.dataset.error, version: "at first" };
  tell(shown);
} else {
  setInterval(() => panel.count(), 1000);
  follow();
}
