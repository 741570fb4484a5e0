// The switches below a phone: the common ones always, the others while they are turned from where they belong.

const DELAYS = [0, 400, 1500, 5000];

export function knobsOf(phone) {
  const next = DELAYS.find((delay) => delay > phone.delay_ms) ?? 0;
  const knobs = [
    { text: "Online", isOn: phone.online, patch: { online: !phone.online } },
    { text: "Read receipts", isOn: phone.read_receipts, patch: { read_receipts: !phone.read_receipts } },
    { text: `${phone.delay_ms} ms`, isOn: phone.delay_ms > 0, patch: { delay_ms: next } },
  ];
  if (phone.addressing === "lid") knobs.push({ text: "By LID", isOn: true, patch: { addressing: "phone" } });
  if (!phone.on_whatsapp) knobs.push({ text: "Not on WhatsApp", isOn: true, isBad: true, patch: { on_whatsapp: true } });
  if (phone.restricted) knobs.push({ text: "Restricted", isOn: true, isBad: true, patch: { restricted: false } });
  if (phone.banned) knobs.push({ text: "Banned", isOn: true, isBad: true, patch: { banned: false } });
  if (phone.fail_next) knobs.push({ text: `Next send: ${phone.fail_next}`, isOn: true, isBad: true, patch: { fail_next: null } });
  return knobs;
}
