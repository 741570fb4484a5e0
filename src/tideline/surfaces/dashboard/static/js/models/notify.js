// What this browser says aloud: its settings, and whether a piece of news is meant by them. Needs no page.

const KEY = "tideline notify";
const STANDARD = { which: "all", sound: false, isAsked: false };

export const WHICH = ["all", "mine", "mentions", "off"];

export function settings(store = localStorage) {
  try {
    const kept = { ...STANDARD, ...JSON.parse(store.getItem(KEY) ?? "{}") };
    return WHICH.includes(kept.which) ? kept : STANDARD;
  } catch {
    return STANDARD;
  }
}

export function keep(changes, store = localStorage) {
  store.setItem(KEY, JSON.stringify({ ...settings(store), ...changes }));
}

// A customer has written, or a colleague has named me; nothing else calls anybody.
export function calls(me, { kind, mentioned }) {
  return kind === "MessageReceived" || Boolean(mentioned?.includes(me));
}

export function isMeant(me, detail, which) {
  if (which === "off" || !calls(me, detail)) return false;
  const isMention = Boolean(detail.mentioned?.includes(me));
  return isMention || which === "all" || (which === "mine" && detail.responsible === me);
}
