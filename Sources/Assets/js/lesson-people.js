// Who is here, who waits, who is missing; and for the teacher what can be done for each of them.
//
// A row stays the same element as long as the person stays in its list, so that focus and open rows survive.

import { badge, confirmed, make, setText, words } from "./dom.js";

const kinds = { microphone: "mic", camera: "camera", screen: "chiếu màn hình" };
// Seconds after the start from which a missing pupil is no longer just “not here yet”.
const lateAfter = 300;

export class PeoplePanel {
  constructor(lesson) {
    this.lesson = lesson;
    this.panel = document.getElementById("people");
    this.count = lesson.room.querySelector("[data-count]");
    this.rows = new Map();
    this.count.addEventListener("click", (event) => {
      event.preventDefault();
      lesson.tools.toggle("people", true);
    });
  }

  draw() {
    const { lesson } = this;
    const order = (a, b) => collator.compare(lesson.names.get(a) ?? "", lesson.names.get(b) ?? "");
    const present = [...lesson.people.keys()].sort(order);
    const waiting = [...lesson.waiting].filter((person) => !lesson.people.has(person)).sort(order);
    const missing = lesson.roster.map(({ person }) => person)
      .filter((person) => !lesson.people.has(person) && !lesson.waiting.has(person));
    const isLate = lesson.now > lesson.start + lateAfter;
    this.fill("waiting", waiting, `${waiting.length} đang chờ`);
    this.fill("missing", missing, `${missing.length} ${isLate ? "vắng" : "chưa vào"}`);
    this.fill("present", present, `${present.length} có mặt`);
    this.drawCount(present, waiting, missing, isLate);
  }

  drawCount(present, waiting, missing, isLate) {
    const { lesson } = this;
    const hands = present.filter((person) => lesson.people.get(person).hand).length;
    const pupils = present.filter((person) => lesson.people.get(person).role === "pupil").length;
    const total = lesson.roster.length;
    const parts = [
      total ? `${pupils} trên ${total} có mặt` : `${present.length} người trong lớp`,
      hands ? `${hands} giơ tay` : "", waiting.length ? `${waiting.length} đang chờ` : "",
      missing.length ? `${missing.length} ${isLate ? "vắng" : "chưa vào"}` : "",
    ];
    const key = parts.join();
    if (this.count.dataset.shown === key) return;
    this.count.dataset.shown = key;
    const looks = ["", "live", "due", "none"];
    const badges = parts.slice(1).map((text, index) => text && badge(text, looks[index + 1]));
    this.count.replaceChildren(parts[0], ...badges.filter(Boolean).flatMap((one) => [" ", one]));
  }

  fill(name, persons, title) {
    const list = this.panel.querySelector(`[data-list="${name}"]`);
    const head = this.panel.querySelector(`[data-head="${name}"]`);
    head.hidden = !persons.length;
    setText(head.firstElementChild, title);
    const rows = persons.map((person) => this.row(name, person));
    for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
    rows.forEach((row, index) => {
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
  }

  row(name, person) {
    const key = `${name} ${person}`;
    let row = this.rows.get(key);
    if (!row) {
      const one = this.lesson.people.get(person);
      const isMine = person === this.lesson.you.person;
      const mayAct = this.lesson.isTeacher && name === "present" && one.role !== "teacher" && !isMine;
      row = mayAct ? this.actingRow(person) : make("li", {}, this.name(person));
      row.append(make("span", { class: "meta", "data-facts": true }));
      this.rows.set(key, row);
    }
    if (name === "present") this.drawRow(row, this.lesson.people.get(person));
    return row;
  }

  name(person) {
    return make("span", { class: "name" }, words(this.lesson.names.get(person) ?? "Người tham gia"));
  }

  drawRow(row, one) {
    const facts = [one.live ? "" : "mất kết nối", one.late ? "vào muộn" : "", one.hand ? "giơ tay" : ""];
    setText(row.querySelector("[data-facts]"), facts.filter(Boolean).join(", "));
    for (const button of row.querySelectorAll("[data-allow]")) {
      const { allow } = button.dataset;
      const on = one.permits.includes(allow);
      setText(button.firstElementChild, `${on ? "Thu" : "Cho"} ${kinds[allow]}`);
      button.dataset.on = on;
    }
    const lower = row.querySelector("[data-lower]");
    if (lower) lower.hidden = !one.hand;
  }

  actingRow(person) {
    const name = this.lesson.names.get(person);
    const act = (label, more, onclick) =>
      make("button", { class: "button quiet", type: "button", onclick, ...more }, make("span", {}, label),
        make("span", { class: "visually-hidden" }, ` – ${name}`));
    const send = (message) => this.lesson.command({ person, ...message });
    const allows = Object.keys(kinds).map((kind) => act("", { "data-allow": kind }, ({ currentTarget }) => {
      const on = currentTarget.dataset.on !== "true";
      return send(!on && kind === "microphone" ? { t: "mute" } : { t: "allow", kind, on });
    }));
    const actions = make("div", { class: "actions" },
      act("Hạ tay", { "data-lower": true }, () => send({ t: "hand", on: false })), ...allows,
      act("Nối lại máy này", {}, () => send({ t: "reconnect" })),
      act("Mời ra khỏi lớp", {}, () => this.remove(person, name)));
    return make("li", {}, make("details", {}, make("summary", {}, words(name)), actions));
  }

  async remove(person, name) {
    const question = `Mời ${name} ra khỏi lớp? `
      + "Người này không vào lại được cho đến khi thầy cô cho phép trong hồ sơ tiết học.";
    if (await confirmed(question, "Mời ra")) this.lesson.command({ t: "remove", person, scope: "lesson" });
  }
}

const collator = new Intl.Collator("vi", { numeric: true });
