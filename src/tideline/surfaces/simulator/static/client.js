// Talks to the simulator's API with the token from the address's fragment, which never reaches a server or a log.

const KEY = "tideline-simulator-token";

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY);
}

export function keepToken(token) {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken() {
  sessionStorage.removeItem(KEY);
}

export async function call(method, path, body) {
  const answer = await fetch(`/simulator/api${path}`, {
    method,
    headers: { Authorization: `Bearer ${sessionStorage.getItem(KEY)}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, value.error?.message ?? `The server answered ${answer.status}.`);
  return value;
}

export async function fileUrl(phone, id) {
  const answer = await fetch(`/simulator/api/phones/${encodeURIComponent(phone)}/messages/${encodeURIComponent(id)}/file`, {
    headers: { Authorization: `Bearer ${sessionStorage.getItem(KEY)}` },
  });
  if (!answer.ok) throw new Refused(answer.status, "The file could not be read.");
  return URL.createObjectURL(await answer.blob());
}

export function toBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
