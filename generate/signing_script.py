"""The script that signs a partner's requests inside Postman and Bruno: a JSON Web Token, good for three minutes."""

SIGNING = """\
const CryptoJS = require("crypto-js");
const base64 = (words) => CryptoJS.enc.Base64.stringify(words);
const part = (words) => base64(words).replace(/=+$/, "").replace(/\\+/g, "-").replace(/\\//g, "_");
const json = (value) => part(CryptoJS.enc.Utf8.parse(JSON.stringify(value)));
const now = Math.floor(Date.now() / 1000);
const claims = { partner_id: get("partnerId"), nbf: now - 180, exp: now + 180 };
const signed = `${json({ alg: "HS256", typ: "JWT" })}.${json(claims)}`;
set("partnerToken", `${signed}.${part(CryptoJS.HmacSHA256(signed, get("partnerSecret")))}`);"""

POSTMAN_SCRIPT = f"""\
const get = (name) => pm.variables.get(name);
const set = (name, value) => pm.variables.set(name, value);
{SIGNING}"""

BRUNO_SCRIPT = f"""\
const get = (name) => bru.getEnvVar(name);
const set = (name, value) => bru.setVar(name, value);
{SIGNING}"""
