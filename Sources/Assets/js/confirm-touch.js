// The safety buttons: the first touch arms, a second one within five seconds sends.
//
// Improves `form[data-confirm-touch]` (docs/markup.md, "Safety buttons"). Without this script the first
// touch posts the form and the server answers with a page that asks once more.
// One touch alone must never raise an alarm by mistake, and an alarm must never be lost in silence:
// "sent" is shown only after the server answered 201, never after a redirect to some other page.

const secondsToConfirm = 5;
// A nervous double tap of a small hand is one touch.
const shortestGap = 350;
const patience = 8000;
// How long a finished message stays over the pictures; a failure stays until the next touch.
const stays = { cancelled: 4000, sent: 20000 };

const words = {
  armed: "Chạm lần nữa",
  ask: "Chạm lần nữa để báo ngay. Không chạm nữa thì không gửi gì.",
  cancelled: "Chưa gửi gì. Khi cần, chạm lại từ đầu.",
  sending: "Đang gửi…",
  sent: "Đã báo cho thầy cô. Em làm đúng rồi.",
  failed: "Chưa gửi được. Chạm để thử lại, hoặc gọi ngay người lớn ở gần.",
};

/** One safety button. The form's `data-touch` is `idle`, `armed` or `sending`; CSS draws the difference. */
export class ConfirmTouch {
  constructor(form) {
    this.form = form;
    this.button = form.querySelector("button");
    this.label = this.button.querySelector("span") ?? this.button;
    this.idleText = this.label.textContent;
    // The lesson has a quicker way and falls back on this one.
    this.deliver = post;
    Object.assign(this, messagePlace(form));
    form.dataset.touch = "idle";
    form.addEventListener("submit", (event) => this.touch(event));
    // A key held down is one touch, too.
    this.button.addEventListener("keydown", (event) => {
      if (event.repeat) event.preventDefault();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && form.dataset.touch === "armed") this.rest("cancelled");
    });
  }

  touch(event) {
    event.preventDefault();
    const state = this.form.dataset.touch;
    if (state === "idle") this.arm();
    else if (state === "armed" && performance.now() - this.armedAt >= shortestGap) this.send();
  }

  arm() {
    // The other button's message would lie over this one's question.
    for (const other of touches) if (other !== this) other.giveWay();
    this.armedAt = performance.now();
    // A retry after a lost answer carries the same key: the server records one alarm, not two.
    this.key ??= crypto.randomUUID();
    this.show("armed", this.say("armed"), "ask");
    this.count();
    this.timer = setInterval(() => this.count(), 250);
  }

  count() {
    const remaining = secondsToConfirm - Math.floor((performance.now() - this.armedAt) / 1000);
    if (remaining > 0) showSecondsLeft(this.left, remaining);
    else this.rest("cancelled");
  }

  async send() {
    this.show("sending", this.idleText, "sending");
    const arrived = await this.deliver(this.form, this.key);
    if (arrived) this.key = undefined;
    this.rest(arrived ? "sent" : "failed");
    this.form.dispatchEvent(new CustomEvent("confirm-touch", { bubbles: true, detail: { arrived } }));
  }

  rest(message) {
    this.show("idle", this.idleText, message);
    if (stays[message]) this.timer = setTimeout(() => (this.status.textContent = ""), stays[message]);
  }

  giveWay() {
    if (this.form.dataset.touch !== "sending") this.show("idle", this.idleText, "");
  }

  show(state, label, message) {
    clearInterval(this.timer);
    this.form.dataset.touch = state;
    this.label.textContent = label;
    this.left.replaceChildren();
    this.status.textContent = this.say(message);
  }

  say(key) {
    return this.form.dataset[key] || words[key] || "";
  }
}

/** The place above the button. Its live region speaks once; the seconds are for eyes only. */
function messagePlace(form) {
  let place = form.querySelector(".confirm");
  if (!place) {
    place = document.createElement("div");
    place.className = "confirm";
    form.append(place);
  }
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const left = document.createElement("p");
  left.className = "left";
  left.setAttribute("aria-hidden", "true");
  place.replaceChildren(status, left);
  return { status, left };
}

function showSecondsLeft(left, seconds) {
  const bar = document.createElement("progress");
  bar.max = secondsToConfirm;
  bar.value = seconds;
  left.replaceChildren(`Còn ${seconds} giây`, bar);
}

/** True when the server has recorded the alarm. */
async function post(form, key) {
  const body = new URLSearchParams(new FormData(form));
  body.set("confirmed", "1");
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "Idempotency-Key": key },
      redirect: "error",
      keepalive: true,
      signal: AbortSignal.timeout(patience),
    });
    return response.status === 201;
  } catch {
    return false;
  }
}

/** The safety buttons of this page. */
export const touches = [...document.querySelectorAll("form[data-confirm-touch]")]
  .filter((form) => form.querySelector("button"))
  .map((form) => new ConfirmTouch(form));
