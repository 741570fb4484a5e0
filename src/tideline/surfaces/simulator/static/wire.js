// What happened between two states of the world, in words. No page, no network: values in, values out.

const STATES = {
  online: { true: ["phone:online", "has a signal again"], false: ["phone:offline", "lost signal"] },
  on_whatsapp: { true: ["phone:joined", "is on WhatsApp again"], false: ["phone:left", "left WhatsApp"] },
  banned: { true: ["phone:banned", "was banned"], false: ["phone:unbanned", "is free again"] },
  restricted: { true: ["phone:restricted", "may not send any more"], false: ["phone:unrestricted", "may send again"] },
};

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
  const found = Object.keys(STATES).filter((name) => before[name] !== phone[name]).map((name) => {
    const [event, words] = STATES[name][phone[name]];
    return { at: now, event, text: `${phone.name} ${words}` };
  });
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
