// The door: ticket, proof, class password, waiting, and what is said when the lesson is over for this page.

import { sign } from "./device-key.js";
import { clock, make, setText } from "./dom.js";

// The server's codes that decide what happens next; every other one is shown with its sentence.
const codes = {
  signIn: "LOP-102", device: "LOP-401", ticket: "LOP-403", tooManyPasswords: "LOP-410",
  wrongPassword: "LOP-411", noPassword: "LOP-412", notOpen: "LOP-413", over: "LOP-414",
  otherDevice: "LOP-415",
};
// Not an answer about the person, only about this moment: tried again without being asked.
const passing = ["lost", "late", "network", "LOP-124", "LOP-125", "LOP-449"];

const endings = {
  ended: ["Tiết học đã kết thúc", "Cảm ơn cả lớp. Có thể đóng trang này."],
  removed: ["Em không còn ở trong lớp này",
    "Thầy cô đã đưa em ra khỏi lớp. Em hãy gặp thầy cô hoặc nhờ bố mẹ liên hệ để được vào lại."],
  replaced: ["Lớp đang mở ở một trang khác",
    "Mỗi người có một chỗ trong lớp. Hãy dùng trang kia, hoặc học tiếp ở đây."],
  "session ended": ["Phiên đăng nhập đã kết thúc", "Hãy đăng nhập lại để vào lớp."],
};

export class Door {
  constructor(lesson) {
    this.lesson = lesson;
    this.part = document.querySelector("[data-door]");
    this.title = this.part.querySelector("h1");
    this.text = this.part.querySelector("[data-door-text]");
    this.actions = this.part.querySelector("[data-door-actions]");
    this.mark = this.part.querySelector("[data-wait]");
    this.password = this.part.querySelector("[data-password]");
    this.start = this.part.querySelector("[data-open]");
    this.password.addEventListener("submit", (event) => {
      event.preventDefault();
      this.password.hidden = true;
      this.knock();
    });
    this.start?.addEventListener("click", () => this.open());
  }

  // Coming in

  /** On a new connection, at the opening time, after a password: asks to come in. */
  async knock() {
    if (this.isOver || this.isKnocking || !this.lesson.connection.isReady) return;
    clearTimeout(this.timer);
    if (!this.hadSeat && this.lesson.now < this.lesson.opens) return this.waitForOpening();
    this.isKnocking = true;
    let answer = this.hadSeat ? await this.enter("") : null;
    for (let tries = 0; tries < 2 && (!answer || this.needsTicket(answer)); tries += 1) {
      const { ticket, refusal } = await this.ticket();
      answer = refusal ?? await this.enter(ticket);
    }
    this.isKnocking = false;
    if (answer.t === "no") this.refused(answer);
    return undefined;
  }

  needsTicket({ t, code }) {
    return t === "no" && (code === codes.ticket || (this.hadSeat && code === codes.noPassword));
  }

  async ticket() {
    const no = (code, text) => ({ refusal: { t: "no", code, text } });
    try {
      const response = await fetch(`/api/v1/lessons/${this.lesson.id}/tickets`, {
        method: "POST", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8000),
      });
      const body = await response.json();
      return response.ok ? { ticket: body.ticket } : no(body.code, body.title);
    } catch {
      return no("network", "");
    }
  }

  async enter(ticket) {
    const { connection, id, lastSeq } = this.lesson;
    const typed = this.password.elements.namedItem("password").value;
    let proof;
    try {
      proof = await sign(`lopan-enter\n${connection.challenge}\n${id}\n${ticket}`);
    } catch {
      return { t: "no", code: codes.device, text: "Trình duyệt này không giữ được khóa của thiết bị." };
    }
    return connection.ask({ t: "enter", lesson: id, proof, after: lastSeq, keeps: this.lesson.media.keeps,
      ...(ticket && { ticket }), ...(typed && { password: typed }) });
  }

  /** Whether the line is down because nobody is signed in any more. */
  async checkSession() {
    const { refusal } = await this.ticket();
    if (refusal && !passing.includes(refusal.code)) this.refused(refusal);
  }

  refused({ code, text }) {
    this.hadSeat = false;
    if (passing.includes(code)) return this.again(1000 + Math.random() * 2000);
    this.lesson.show(false);
    this.tell("Chưa vào được lớp", text, code);
    switch (code) {
      case codes.notOpen: return this.waitForOpening(text);
      case codes.over: return this.finish("ended");
      case codes.wrongPassword: case codes.noPassword: return this.askPassword();
      case codes.tooManyPasswords: case codes.otherDevice:
        return this.offer(this.button("Thử lại", () => this.knock()));
      case codes.signIn: return this.finish("session ended");
      case codes.device: return this.finish("", this.signOut());
      default: return this.finish("");
    }
  }

  again(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.knock(), wait);
  }

  waitForOpening(text) {
    const { opens, now } = this.lesson;
    this.tell("Phòng chờ chưa mở",
      text ?? `Phòng chờ mở lúc ${clock(opens)}. Cứ để trang này mở, trang sẽ tự vào lúc đó.`);
    // A little apart, so that forty pages do not knock in the same moment; never more than an hour ahead.
    this.again(Math.min(3600, Math.max(2, opens - now + Math.random() * 2)) * 1000);
  }

  askPassword() {
    this.password.hidden = false;
    const field = this.password.elements.namedItem("password");
    field.value = "";
    field.focus();
  }

  wait(text) {
    this.hadSeat = true;
    const who = document.body.dataset.viewer === "adult" ? "Thầy cô" : "Em";
    this.tell(`${who} đang ở phòng chờ`, text);
    this.lesson.show(false);
  }

  /** In the room. The teacher prepares in the lobby until the lesson is open. */
  came() {
    this.hadSeat = true;
    this.offer();
    const prepares = this.lesson.isTeacher && this.lesson.phase === "scheduled";
    if (prepares) this.tell("Sẵn sàng mở lớp", "Học sinh vào sau khi thầy cô bấm “Mở lớp”.");
    this.lesson.show(!prepares);
  }

  async open() {
    const { media } = this.lesson;
    const withMedia = this.part.querySelector("[data-with-media]").checked;
    if (await this.lesson.command({ t: "open" })) {
      if (withMedia) media.publish({ audio: true, video: true });
    }
  }

  // Going

  /** The server closed the line for good. */
  closed(reason) {
    if (!this.isOver) this.finish(reason in endings ? reason : "removed");
  }

  /** A calm last state. With "" title and text stay as they are. */
  finish(ending, more) {
    if (this.isOver) return;
    const { lesson } = this;
    this.isOver = true;
    lesson.phase = "ended";
    clearTimeout(this.timer);
    lesson.media.close();
    lesson.connection.close();
    lesson.say();
    sessionStorage.removeItem("lopan-sending");
    if (ending) this.tell(...this.ending(ending));
    lesson.room.querySelector(".alarm-sheet")?.remove();
    for (const part of lesson.lobby.querySelectorAll("[data-before]")) part.hidden = true;
    this.password.hidden = true;
    lesson.show(false);
    this.offer(more ?? this.next(ending), make("a", { class: "button quiet", href: "/" }, "Về trang chính"));
    this.title.focus();
  }

  /** The one thing to do after an ending; nothing after a removal. */
  next(ending) {
    const { id, isTeacher } = this.lesson;
    const link = (href, label) => make("a", { class: "button", href }, label);
    switch (ending) {
      case "": return this.button("Thử lại", () => location.reload());
      case "replaced": return this.button("Học ở trang này", () => location.reload());
      case "session ended": return link(`/sign-in?next=/lessons/${id}`, "Đăng nhập");
      case "ended": return isTeacher && link(`/lessons/${id}/record`, "Xem hồ sơ tiết học");
      default: return null;
    }
  }

  ending(name) {
    const isOwn = name === "ended" && this.lesson.isTeacher;
    return isOwn ? [endings.ended[0], "Hồ sơ tiết học đã được ghi đầy đủ."] : endings[name];
  }

  signOut() {
    return make("form", { method: "post", action: "/sign-out" },
      make("button", { class: "button" }, "Đăng xuất để đăng nhập lại"));
  }

  // The page

  tell(title, text = "", code = "") {
    setText(this.title, title);
    // Said once: the same words again would be read out again.
    if (this.said !== text) this.text.replaceChildren(text, code && " ", code && make("small", {}, code));
    this.said = text;
    this.offer();
  }

  offer(...nodes) {
    this.actions.replaceChildren(...nodes.filter(Boolean));
  }

  button(label, act) {
    return make("button", { class: "button", type: "button", onclick: act }, label);
  }

  draw() {
    const { lesson } = this;
    if (lesson.isInRoom || this.isOver) return;
    const left = Math.ceil((lesson.start - lesson.now) / 60);
    setText(this.part.querySelector("[data-countdown]"), left > 0 ? `Còn ${left} phút` : "Đã đến giờ");
    setText(this.part.querySelector("[data-own-name]"), lesson.you.name || this.part.dataset.name);
    if (!this.start) return;
    this.start.disabled = !this.hadSeat;
    const count = lesson.waiting.size;
    setText(this.mark, count ? `${count} em đang chờ` : "Chưa có em nào chờ");
  }
}
