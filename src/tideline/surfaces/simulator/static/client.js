// Talks to the simulator's API with the token from the address's fragment, which never reaches a server or a log.

const KEY = "tideline-simulator-token";

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const token = {
  get: () => sessionStorage.getItem(KEY),
  keep: (text) => sessionStorage.setItem(KEY, text),
  forget: () => sessionStorage.removeItem(KEY),
  // The fragment is taken out of the address at once, so that nobody reads it off the screen or out of the history.
  take() {
    const given = new URLSearchParams(location.hash.slice(1)).get("token");
    if (!given) return false;
    token.keep(given);
    history.replaceState(null, "", location.pathname);
    return true;
  },
};

async function ask(method, path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/simulator/api${path}`, { method, headers: { Authorization: `Bearer ${token.get()}` }, ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "The server does not answer.");
  }
  if (answer.ok) return answer;
  const value = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, value.error?.message ?? `The server answered ${answer.status}.`);
}

export async function call(method, path, body, signal) {
  const answer = await ask(method, path, { signal, body: body === undefined ? undefined : JSON.stringify(body) });
  return answer.json();
}

export const phonePath = (phone, rest = "") => `/phones/${encodeURIComponent(phone)}${rest}`;

// Files need the token, so they come through here and not through an address in the page; each is fetched once.
const files = new Map();

export function fileUrl(phone, id) {
  return fetched(phonePath(phone, `/messages/${encodeURIComponent(id)}/file`));
}

// `picture` is another one whenever the phone shows another picture.
export function pictureUrl(phone, picture) {
  return fetched(phonePath(phone, `/picture?${picture}`));
}

function fetched(path) {
  if (!files.has(path)) {
    const url = ask("GET", path).then((answer) => answer.blob()).then((blob) => URL.createObjectURL(blob));
    url.catch(() => files.delete(path));
    files.set(path, url);
  }
  return files.get(path);
}

export function toBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
