// What happened between two states of the world, in words. No page, no network: values in, values out.

const STATES = [
  ["online", "back online", "lost signal"],
  ["on_whatsapp", "has WhatsApp again", "left WhatsApp"],
  ["banned", "was banned", "is free again"],
  ["restricted", "was restricted", "may send again"],
];

export function happenings(before, after) {
  const known = new Map(before.phones.map((phone) => [phone.phone, phone]));
  return after.phones.flatMap((phone) => ofPhone(known.get(phone.phone), phone, after.now)).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

// The newest things of a world that nobody has looked at yet.
export function recent(state, most) {
  return happenings({ phones: state.phones.map((phone) => ({ ...phone, chats: [] })) }, state).slice(-most);
}

function ofPhone(before, phone, now) {
  if (!before) return [{ at: now, event: "phone:added", text: phone.name }];
  const found = STATES.filter(([name]) => before[name] !== phone[name])
    .map(([name, yes, no]) => ({ at: now, event: `phone:${name}`, text: `${phone.name} ${phone[name] ? yes : no}` }));
  if (before.links !== phone.links) {
    found.push({ at: now, event: before.links < phone.links ? "phone:linked" : "phone:unlinked", text: phone.name });
  }
  const chats = new Map(before.chats.map((chat) => [chat.chat, chat]));
  return [...found, ...phone.chats.flatMap((chat) => ofChat(phone, chats.get(chat.chat), chat, now))];
}

// Everything is on two phones at least; it is told by the one it came from.
function ofChat(phone, before, chat, now) {
  const known = new Map((before?.entries ?? []).map((entry) => [entry.id, entry]));
  const way = `${phone.name} → ${chat.title}`;
  return chat.entries.filter((entry) => entry.is_own).flatMap((entry) => {
    const old = known.get(entry.id);
    if (entry.kind === "call") return old ? [] : [{ at: entry.at, event: `call:${entry.outcome}`, text: way }];
    if (!old) return [{ at: entry.at, event: entry.file ? "message:file" : "message", text: way }];
    return changes(old, entry).map((event) => ({ at: now, event, text: way }));
  });
}

function changes(old, entry) {
  const found = [];
  if (old.status !== entry.status) found.push(`receipt:${entry.status}`);
  if (!old.revoked && entry.revoked) found.push("message:deleted");
  else if (old.text !== entry.text) found.push("message:edited");
  if (JSON.stringify(old.reactions) !== JSON.stringify(entry.reactions)) found.push("reaction");
  return found;
}
