// The bar: own microphone, camera, screen and hand, the panels; and what the teacher does for the class.

import { confirmed, make, setIcon, setText } from "./dom.js";

const kept = "lopan-sending";
const lowKey = "lopan-low-data";

// What each tool sends, the permit for it, its icons when on and off, its words when on, off and not allowed.
const media = {
  audio: { permit: "microphone", icons: ["mic", "mic-off"], words: ["Tắt mic", "Bật mic", "Mic khóa"] },
  video: { permit: "camera", icons: ["camera", "camera-off"], words: ["Tắt hình", "Bật hình", "Hình khóa"] },
  screen: { permit: "screen", icons: ["screen", "screen"], words: ["Ngừng chiếu", "Chiếu", "Chiếu khóa"] },
};
const notAllowed = "Thầy cô chưa cho bật, hoặc lớp đã đủ người bật cùng lúc.";
const denials = {
  NotAllowedError:
    "Trình duyệt chưa được phép dùng thiết bị. Chạm biểu tượng bên trái địa chỉ trang, chọn “Cho phép”.",
  NotFoundError: "Không thấy thiết bị trên máy này.",
  NotReadableError: "Ứng dụng khác đang giữ thiết bị. Đóng ứng dụng đó rồi thử lại.",
};

export class Tools {
  constructor(lesson) {
    this.lesson = lesson;
    this.room = lesson.room;
    for (const tool of this.room.querySelectorAll("[data-tool]")) {
      tool.addEventListener("click", () => this.use(tool.dataset.tool, tool));
    }
    for (const control of this.room.querySelectorAll("[data-command]")) {
      control.addEventListener("click", () => this.steer(control.dataset.command));
    }
    this.stop = this.room.querySelector(".safety .stop");
    this.stop?.addEventListener("submit", (event) => {
      event.preventDefault();
      lesson.command({ t: lesson.frozen ? "unfreeze" : "freeze" });
    });
    this.room.querySelector("[data-leave]").addEventListener("click", (event) => this.leave(event));
    for (const panel of this.room.querySelectorAll(".panel")) {
      panel.querySelector(".icon-button").addEventListener("click", () => this.toggle(panel.id, false));
      panel.addEventListener("keydown", ({ key }) => key === "Escape" && this.toggle(panel.id, false));
    }
    this.low = this.room.querySelector("[data-low-data]");
    this.low.checked = localStorage.getItem(lowKey) === "on";
    this.low.addEventListener("change", () => this.saveData());
  }

  // Own tools

  use(name, tool) {
    const { lesson } = this;
    if (name === "people" || name === "chat") return this.toggle(name);
    if (tool.getAttribute("aria-disabled") === "true") return lesson.say(tool.title);
    if (name === "hand") return lesson.command({ t: "hand", on: !lesson.you.hand });
    if (this.isSending(name)) return lesson.media.stop(name);
    return lesson.media.publish({ [name]: true });
  }

  isSending(name) {
    return this.lesson.media.own[name]?.readyState === "live";
  }

  may(name) {
    const { lesson } = this;
    if (lesson.phase !== "open" || lesson.frozen) return false;
    return lesson.isTeacher || (lesson.teacherPresent && lesson.you.permits.includes(media[name].permit));
  }

  draw() {
    const { lesson } = this;
    for (const [name, { permit, icons, words: [on, off, locked] }] of Object.entries(media)) {
      const tool = this.tool(name);
      const [may, sending] = [this.may(name), this.isSending(name)];
      // Taken back by the teacher: the device is let go of at once, not only silenced at the server.
      if (sending && !lesson.isTeacher && !lesson.you.permits.includes(permit)) lesson.media.stop(name);
      const track = lesson.media.own[name];
      if (track) track.enabled = !lesson.frozen;
      tool.toggleAttribute("data-state", sending);
      if (sending) tool.dataset.state = "on";
      tool.setAttribute("aria-disabled", String(!may && !sending));
      tool.title = may ? "" : "Thầy cô sẽ mời khi đến lượt. Muốn nói thì giơ tay.";
      setIcon(tool, icons[sending ? 0 : 1]);
      setText(tool.querySelector("span"), sending ? on : may ? off : locked);
      if (name === "screen") tool.hidden = !(may || sending) || !navigator.mediaDevices?.getDisplayMedia;
    }
    this.tool("hand")?.setAttribute("aria-pressed", String(Boolean(lesson.you.hand)));
    this.drawControls();
  }

  tool(name) {
    return this.room.querySelector(`[data-tool="${name}"]`);
  }

  mediaChanged({ leg, state, code, kinds }) {
    const { lesson } = this;
    if (state === "denied") lesson.say(denials[code] ?? "Chưa mở được thiết bị. Hãy thử lại.");
    if (state === "refused" && leg !== "watch") lesson.say(notAllowed);
    if (leg === "watch") this.room.dataset.media = state;
    else if (kinds || state === "off" || state === "refused") {
      lesson.stage.showOwn(lesson.media.own);
      if (lesson.isTeacher && !lesson.door.isOver) {
        const sending = ["audio", "video"].filter((name) => this.isSending(name));
        sessionStorage.setItem(kept, JSON.stringify([lesson.id, sending]));
      }
    }
    this.draw();
  }

  /** After a reload the teacher goes on with what was on; a pupil's microphone never opens by itself. */
  resume() {
    const { lesson } = this;
    if (this.low.checked) lesson.connection.ask({ t: "lowData", on: true });
    const [id, sending] = JSON.parse(sessionStorage.getItem(kept) ?? "[]");
    if (!lesson.isTeacher || id !== lesson.id || lesson.phase !== "open") return;
    const missing = sending.filter((name) => !this.isSending(name));
    if (missing.length) lesson.media.publish(Object.fromEntries(missing.map((name) => [name, true])));
  }

  saveData() {
    localStorage.setItem(lowKey, this.low.checked ? "on" : "off");
    this.lesson.command({ t: "lowData", on: this.low.checked });
  }

  // Panels

  toggle(id, open = document.getElementById(id).hidden) {
    for (const panel of this.room.querySelectorAll(".panel")) {
      const shows = open && panel.id === id;
      const was = !panel.hidden;
      panel.hidden = !shows;
      this.tool(panel.id)?.setAttribute("aria-expanded", String(shows));
      if (shows) panel.querySelector(".icon-button").focus();
      else if (was && !open) (this.tool(panel.id) ?? this.room.querySelector("[data-count]")).focus();
    }
    if (id === "chat" && open) this.lesson.chat.showUnread(0);
  }

  showNew(count) {
    const tool = this.tool("chat");
    tool.querySelector(".new")?.remove();
    if (!count) return;
    const unseen = make("span", { class: "visually-hidden" }, " mới");
    tool.append(make("span", { class: "new" }, String(count), unseen));
  }

  // The class

  drawControls() {
    const { lesson } = this;
    if (this.stop) setText(this.stop.querySelector("span"), lesson.frozen ? "Mở lại lớp" : "Dừng tất cả");
    const control = (name) => this.room.querySelector(`[data-command="${name}"]`);
    const [lock, chat] = [control("lock"), control("chatMode")];
    if (!chat || !lock) return;
    setText(chat, lesson.chatMode === "open" ? "Ngừng cho viết" : "Cho cả lớp viết");
    setText(lock.querySelector("span"), lesson.locked ? "Mở cửa" : "Khóa cửa");
    setIcon(lock, lesson.locked ? "lock" : "door");
  }

  async steer(name) {
    const { lesson } = this;
    switch (name) {
      case "lock": return lesson.command({ t: lesson.locked ? "unlock" : "lock" });
      case "chatMode":
        return lesson.command({ t: "chatMode", mode: lesson.chatMode === "open" ? "off" : "open" });
      case "end":
        return (await confirmed("Kết thúc tiết học cho cả lớp?", "Kết thúc")) && lesson.command({ t: "end" });
      default: return lesson.command({ t: name });
    }
  }

  async leave(event) {
    event.preventDefault();
    const { lesson } = this;
    const question = "Rời lớp khi chưa kết thúc? Cả lớp sẽ tạm dừng cho đến khi thầy cô trở lại.";
    if (lesson.isTeacher && lesson.phase === "open" && !(await confirmed(question, "Rời lớp"))) return;
    await lesson.connection.ask({ t: "leave" }, 1500);
    lesson.phase = "ended";
    lesson.media.close();
    location.assign("/");
  }
}
