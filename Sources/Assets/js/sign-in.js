// Sign-in and activation: sends the browser's public key along, and reads the slip's QR code.
//
// Without this script both forms work; such a session is not bound to a device and opens no lesson.

import { publicKey } from "./device-key.js";

const patience = 3000;

for (const form of document.querySelectorAll("form[data-device-key]")) {
  form.addEventListener("submit", (event) => sendWithKey(event, form));
}
for (const form of document.querySelectorAll("form[data-slip]")) fillFromSlip(form);
// A refusal is read out and can be worked on at once.
document.querySelector(".problems")?.focus();

async function sendWithKey(event, form) {
  const field = form.elements.namedItem("device_key");
  if (!field || field.value) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "";
  // Private windows may refuse storage, or never answer: signing in must work all the same.
  const late = new Promise((resolve) => setTimeout(resolve, patience, ""));
  field.value = await Promise.race([publicKey().catch(() => ""), late]);
  // A demo's list has one button for each person: which one was pressed must go along.
  const pressed = event.submitter?.name ? event.submitter : null;
  if (pressed) {
    const chosen = document.createElement("input");
    Object.assign(chosen, { type: "hidden", name: pressed.name, value: pressed.value });
    form.append(chosen);
  }
  form.submit();
}

/** `#<login>:<secret>`: behind the hash, so that no server and no log ever saw it on its way. */
function fillFromSlip(form) {
  const hash = location.hash.slice(1);
  const colon = hash.indexOf(":");
  if (colon < 1) return;
  history.replaceState(null, "", location.pathname + location.search);
  const [login, secret] = [hash.slice(0, colon), hash.slice(colon + 1)].map(decoded);
  if (!login || !secret) return;
  form.elements.namedItem("login").value = login;
  form.elements.namedItem("secret").value = secret;
  form.elements.namedItem("password")?.focus();
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
