// What the server tells this person on any page: alarms loud for adults, everything else quiet.

import { badge, icon, make } from "./dom.js";

const soundKey = "lopan-bell";
const isAdult = document.body.dataset.viewer === "adult";

/** Tells the server that a message was read; the record of an alarm names when. */
export function markRead(id) {
  fetch(`/messages/${encodeURIComponent(id)}/read`, { method: "POST", keepalive: true, redirect: "manual" })
    .catch(() => {});
}

/** Our own addresses only: a message can never lead somewhere else. */
export function ownPath(path) {
  return typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : null;
}

export function isLoud(message) {
  return isAdult && message.urgent === true;
}

/** The loud notices of a page, at the top of its content; the region is there before the first one. */
export class NoticeBoard {
  constructor(main) {
    this.region = make("div", { role: "alert", "data-notices": true });
    main.prepend(this.region);
    this.seen = new Set();
    this.quiet = 0;
  }

  /** Shows a message once, however often it is pushed. */
  show(message) {
    if (this.seen.has(message.id)) return;
    this.seen.add(message.id);
    if (isLoud(message)) this.ring(message);
    else this.mention(message);
  }

  ring(message) {
    const { id, title, text } = message;
    const path = ownPath(message.path) ?? "/alarms";
    const notice = make("div", { class: "notice alarm" }, icon("warning"),
      make("p", {}, make("strong", {}, title), ` ${text ?? ""}`),
      make("div", { class: "actions" },
        make("a", { class: "button alarm", href: path, onclick: () => markRead(id) }, "Xem ngay"),
        make("button", { class: "button quiet", type: "button", onclick: () => this.dismiss(notice, id) },
          "Tôi đã xem"),
        make("button", { class: "link", type: "button", onclick: (event) => silence(event.target) },
          "Tắt chuông trên máy này")));
    this.region.prepend(notice);
    ring();
  }

  dismiss(notice, id) {
    markRead(id);
    notice.remove();
    this.region.closest("main")?.focus();
  }

  /** One quiet word in the row of places at the top. */
  mention(message) {
    const list = document.querySelector("header.site nav ul");
    if (!list) return;
    this.quiet += 1;
    const text = `${this.quiet} tin mới`;
    const link = make("a", { href: ownPath(message.path) ?? "/", title: message.title }, badge(text, "live"));
    this.mark ??= list.insertBefore(make("li"), list.querySelector(".me"));
    this.mark.replaceChildren(link);
  }
}

function silence(button) {
  localStorage.setItem(soundKey, "off");
  button.remove();
}

/** Three short tones; nothing where the browser allows no sound yet. */
export function ring() {
  const Audio = window.AudioContext ?? window.webkitAudioContext;
  if (!Audio || localStorage.getItem(soundKey) === "off") return;
  const context = new Audio();
  const volume = context.createGain();
  volume.gain.value = 0.2;
  volume.connect(context.destination);
  for (const index of [0, 1, 2]) {
    const tone = context.createOscillator();
    tone.frequency.value = index === 1 ? 660 : 880;
    tone.connect(volume);
    tone.start(context.currentTime + index * 0.25);
    tone.stop(context.currentTime + index * 0.25 + 0.18);
  }
  setTimeout(() => context.close().catch(() => {}), 1500);
}
