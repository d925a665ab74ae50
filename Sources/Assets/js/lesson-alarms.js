// Safety: the pupil's two buttons, quiet; the adults' alarm, loud.

import { touches } from "./confirm-touch.js";
import { icon, make, words } from "./dom.js";
import { isLoud, markRead, NoticeBoard, ownPath, ring } from "./notices.js";

// Then the ordinary form is tried: it needs no open line.
const patience = 3000;
const sameAlarm = 5000;
const received = "Cô đã nhận được. Em làm đúng rồi.";
const titles = {
  stranger: "Có người lạ", needsHelp: "Một em cần giúp", badContent: "Nội dung xấu",
  securityLost: "Lớp không còn an toàn", doubleUse: "Một tài khoản ở hai máy",
  teacherLost: "Lớp không có thầy cô",
};

export class Alarms {
  constructor(lesson) {
    this.lesson = lesson;
    this.board = new NoticeBoard(lesson.lobby);
    this.seen = new Set();
    for (const touch of touches) this.quicken(touch);
  }

  /** Over the open line first; by the form when there is none. */
  quicken(touch) {
    const post = touch.deliver;
    touch.deliver = async (form, key) => {
      // Adults read their own words; a pupil is told of the teacher once her page has it.
      if (form.dataset.received) form.dataset.sent = form.dataset.received;
      else delete form.dataset.sent;
      this.last = touch;
      const isHelp = form.elements.namedItem("kind").value === "help";
      const answer = await this.lesson.connection.ask({ t: isHelp ? "help" : "alarm" }, patience);
      return answer.t === "ok" || post(form, key);
    };
  }

  /** A teacher's page has it. Without a teacher in the room only “told” is true, and that is said already. */
  received() {
    if (!this.lesson.teacherPresent || !this.last) return;
    const { form, status } = this.last;
    form.dataset.sent = form.dataset.received ?? received;
    if (form.dataset.touch === "idle") status.textContent = form.dataset.sent;
  }

  // For adults

  raised({ alarm, name, person, at }) {
    const title = titles[alarm] ?? "Báo động";
    this.alert({
      id: `${alarm} ${person} ${at}`, title: name ? `${title} – ${name} báo` : title, path: "/alarms",
      text: "Phụ huynh của em và nhà trường cũng được báo.", urgent: true,
    });
  }

  notice(message) {
    this.lesson.connection.send({ t: "shown", id: message.id });
    if (isLoud(message)) this.alert(message, true);
  }

  alert(message, isNotice) {
    if (this.seen.has(message.id)) return;
    this.seen.add(message.id);
    if (!this.lesson.isInRoom) return this.board.show(message);
    const page = { href: ownPath(message.path) ?? "/alarms", target: "_blank", rel: "noopener" };
    const line = make("p", {}, make("strong", {}, words(message.title)), ` ${message.text ?? ""} `,
      make("a", page, "Mở trang báo động"));
    this.sheet ??= this.makeSheet();
    if (isNotice) this.unread.push(message.id);
    // The room and the school's notice tell of the same alarm within a moment: one line, its exact address.
    if (isNotice && this.fresh?.isConnected && performance.now() - this.freshAt < sameAlarm) {
      this.fresh.querySelector("a").href = page.href;
      this.fresh = null;
      return;
    }
    this.what.prepend(line);
    [this.fresh, this.freshAt] = [isNotice ? null : line, performance.now()];
    this.sheet.focus();
    ring();
  }

  makeSheet() {
    const { lesson } = this;
    const button = (label, look, onclick) =>
      make("button", { class: `button ${look}`, type: "button", onclick }, label);
    const stop = () => lesson.frozen || lesson.command({ t: "freeze" });
    this.what = make("div", { id: "alarm-what" });
    this.unread = [];
    const sheet = make("section", { class: "alarm-sheet", role: "alertdialog", "aria-labelledby": "alarm",
      "aria-describedby": "alarm-what", tabindex: "-1" },
    make("h2", { id: "alarm" }, icon("warning"), "Báo động trong lớp"), this.what,
    make("div", { class: "actions" },
      lesson.isTeacher && button("Dừng tất cả", "alarm", stop),
      button("Xem ai trong lớp", "quiet", () => lesson.tools.toggle("people", true)),
      button("Tôi đã xem", "quiet", () => this.close())));
    lesson.room.querySelector(".bar").before(sheet);
    return sheet;
  }

  close() {
    this.unread.forEach(markRead);
    this.sheet.remove();
    this.sheet = null;
    this.lesson.room.querySelector(".stage").focus();
  }
}
