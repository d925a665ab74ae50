// Writing in the lesson. Off until the teacher opens it; what is taken down stays as a line without words.

import { clock, make, setText, words } from "./dom.js";

const mostShown = 300;

export class Chat {
  constructor(lesson) {
    this.lesson = lesson;
    this.panel = document.getElementById("chat");
    this.log = this.panel.querySelector(".messages");
    this.form = this.panel.querySelector("form.say");
    this.closed = this.panel.querySelector(".closed");
    this.lines = new Map();
    this.unread = 0;
    this.form.addEventListener("submit", (event) => this.send(event));
  }

  /** The words stay in the field until the server has them. */
  async send(event) {
    event.preventDefault();
    const field = this.form.elements.namedItem("say");
    const text = field.value;
    if (!text.trim() || this.isSending) return;
    this.isSending = true;
    const isSent = await this.lesson.command({ t: "chat", text });
    this.isSending = false;
    if (isSent && field.value === text) field.value = "";
  }

  take(event) {
    if (event.kind === "erased") return this.erase(event.message);
    if (event.kind === "gone") return this.erase(String(event.seq));
    if (this.lines.has(String(event.seq))) return undefined;
    const { seq, at, name, person, text } = event;
    const erase = () => this.lesson.command({ t: "erase", message: String(seq) });
    const remove = this.lesson.isTeacher && make("button", { class: "link", type: "button", onclick: erase },
      "Gỡ", make("span", { class: "visually-hidden" }, ` tin của ${name}`));
    const who = make("div", { class: "who" }, words(name), make("time", {}, clock(at)), remove);
    this.add(String(seq), make("li", {}, who, words(text)));
    const isNew = at >= this.lesson.loadedAt && person !== this.lesson.you.person;
    if (isNew && this.panel.hidden) this.showUnread(this.unread + 1);
    return undefined;
  }

  add(key, line) {
    const scroll = this.panel.querySelector(".scroll");
    const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
    this.lines.set(key, line);
    this.log.append(line);
    while (this.log.children.length > mostShown) this.log.firstElementChild.remove();
    if (isAtEnd) scroll.scrollTop = scroll.scrollHeight;
  }

  erase(key) {
    if (!this.lines.has(key)) this.add(key, make("li"));
    const line = this.lines.get(key);
    line.className = "removed";
    line.replaceChildren("Thầy cô đã gỡ tin này.");
  }

  draw() {
    const { lesson } = this;
    const may = lesson.phase === "open" && !lesson.frozen && (lesson.isTeacher || lesson.chatMode === "open");
    this.form.hidden = !may;
    this.closed.hidden = may;
    setText(this.closed, lesson.frozen ? "Cả lớp đang tạm dừng." : "Thầy cô chưa mở trò chuyện.");
  }

  showUnread(count) {
    this.unread = count;
    this.lesson.tools.showNew(count);
  }
}
