// What the desk asks in a dialog: a new phone, a group, whose number to link, a call, the switches of a phone.

import { call, phonePath, toBase64 } from "./client.js";
import { act, ask, check, choose, field, select } from "./dialogs.js";
import { button, h, phoneText } from "./dom.js";

const OUTCOMES = [["answered", "Answered"], ["missed", "Missed"], ["rejected", "Declined"]];
const EMOJI = ["👍", "❤️", "😂", "😮", "🙏"];

export function askForPhone() {
  ask("Add a phone", [field("Phone number", "phone", { placeholder: "+15550001234", inputmode: "tel" }), field("Name", "name", { placeholder: "Ana" })],
    (form) => call("POST", "/phones", { phone: form.get("phone"), name: form.get("name") }), { done: "Add" });
}

export function askForGroup(phones) {
  const members = phones.map((phone) => check(phone.name, "members", phoneText(phone.phone)));
  ask("New group", [field("Subject", "subject", { placeholder: "Tasting group", maxlength: 100 }),
    h("fieldset", { class: "stack" }, h("legend", { class: "field__label" }, "Members; the first one owns it"), members)],
  (form) => call("POST", "/groups", { subject: form.get("subject"), members: form.getAll("members") }), { done: "Make it" });
}

export async function askForLink() {
  const { people } = await call("GET", "/people");
  const options = people.map((one) => [`${one.workspace_id} ${one.user_id}`, `${one.name}, ${one.workspace}`]);
  ask("Link a number", [select("Whose number will it be?", "who", options),
    h("p", { class: "soft small" }, "A code is shown then, here and in the finder of every phone. Click it with the phone that is to be linked.")],
  async (form) => {
    const [workspace_id, user_id] = form.get("who").split(" ");
    await call("POST", "/links", { workspace_id, user_id: Number(user_id) });
  }, { done: "Show a code" });
}

export function askForScan(code, phones, scan) {
  choose(`Scan the code for ${code.name}`, h("p", { class: "soft" }, "Which phone scans it?"),
    h("div", { class: "row row--wrap" }, phones.map((phone) => act(phone.name, () => scan(phone)))));
}

export function askForCall(phone, chat) {
  ask(`${phone.name} calls ${chat.title}`, [select("It is", "outcome", OUTCOMES, "answered"), check("With video", "video", "yes"),
    field("Seconds, if it is answered", "seconds", { type: "number", min: 0, max: 86400, value: 60 })],
  (form) => call("POST", phonePath(phone.phone, "/calls"), {
    to: phoneText(chat.chat), outcome: form.get("outcome"), video: form.has("video"), seconds: form.get("outcome") === "answered" ? Number(form.get("seconds")) : 0,
  }), { done: "Call" });
}

export function askForSwitches(phone, failCodes) {
  const yes = (name, label) => check(label, name, "yes", phone[name]);
  ask(`Switches of ${phone.name}`, [
    yes("online", "Online"), yes("read_receipts", "Read receipts"), yes("on_whatsapp", "On WhatsApp"), yes("restricted", "Restricted by WhatsApp"), yes("banned", "Banned by WhatsApp"),
    select("Events name this phone by", "addressing", [["phone", "its number"], ["lid", "its LID"]], phone.addressing),
    field("Messages arrive after (ms)", "delay_ms", { type: "number", min: 0, max: 86400000, value: phone.delay_ms }),
    select("The next send", "fail_next", [["", "goes through"], ...failCodes.map((code) => [code, `fails: ${code}`])], phone.fail_next ?? ""),
    field("Show a picture", "picture", { type: "file", accept: "image/jpeg,image/png,image/webp", required: false }),
    phone.picture && check("Show no picture", "no_picture", "yes"),
  ], async (form) => {
    await showPicture(phone, form.get("picture"), form.has("no_picture"));
    const flags = ["online", "read_receipts", "on_whatsapp", "restricted", "banned"].map((name) => [name, form.has(name)]);
    return call("PATCH", phonePath(phone.phone), {
      ...Object.fromEntries(flags), addressing: form.get("addressing"), delay_ms: Number(form.get("delay_ms")), fail_next: form.get("fail_next") || null,
    });
  }, { done: "Set" });
}

async function showPicture(phone, file, isTakenAway) {
  const path = phonePath(phone.phone, "/picture");
  if (isTakenAway) await call("DELETE", path);
  else if (file.size) await call("PUT", path, { mimetype: file.type, base64: await toBase64(file) });
}

// What can be done with a message; `acts` do it.
export function askAboutMessage(message, acts) {
  const own = message.is_own ? [button("Edit", () => ask("Edit the message", [field("Text", "text", { value: message.text ?? "" })], (form) => acts.edit(form.get("text")), { done: "Save" })),
    act("Delete for everybody", acts.revoke, "button--danger")] : [];
  choose("This message", h("p", { class: "row row--wrap" }, EMOJI.map((emoji) => act(emoji, () => acts.react(emoji))), act("No reaction", () => acts.react(null))),
    h("p", { class: "row row--wrap" }, act("Reply", acts.reply), own));
}

// Who is in a group, and what its members may change about it.
export function askAboutGroup(chat, phones) {
  const change = (patch) => call("PATCH", `/groups/${encodeURIComponent(chat.chat)}`, patch);
  const inside = new Set(chat.members.map((member) => member.phone));
  const outside = phones.filter((phone) => !inside.has(phone.phone));
  const rows = chat.members.map((member) => h("li", { class: "row" }, h("span", { class: "grow clip", dir: "auto" }, member.name), h("span", { class: "faint small" }, member.role),
    select(`What about ${member.name}`, `do ${member.phone}`, [["", "stays"], ["remove", "leaves"], member.role === "member" ? ["promote", "leads"] : ["demote", "leads no more"]], "", "sr-only")));
  ask(chat.title, [field("Subject", "subject", { value: chat.title, maxlength: 100 }), h("ul", { class: "stack" }, rows),
    outside.length > 0 && select("Add", "add", [["", "nobody"], ...outside.map((phone) => [phone.phone, phone.name])], "")],
  (form) => {
    const doing = (what) => chat.members.filter((member) => form.get(`do ${member.phone}`) === what).map((member) => phoneText(member.phone));
    const patch = { remove: doing("remove"), promote: doing("promote"), demote: doing("demote"), add: form.get("add") ? [phoneText(form.get("add"))] : [] };
    return change(form.get("subject") === chat.title ? patch : { ...patch, subject: form.get("subject") });
  }, { done: "Change" });
}
