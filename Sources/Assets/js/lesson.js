// The lesson: lobby and room on one page (docs/protocol.md, docs/markup.md "Lobby" and "Lesson room").
//
// Here is what is known of the lesson and how messages change it; each part of the page draws itself from it.
// Nothing is decided here: the server refuses what is not allowed, whatever a page shows.

import { Connection } from "./connection.js";
import { checks } from "./device-check.js";
import { setText } from "./dom.js";
import { Alarms } from "./lesson-alarms.js";
import { Chat } from "./lesson-chat.js";
import { Door } from "./lesson-door.js";
import { PeoplePanel } from "./lesson-people.js";
import { Stage } from "./lesson-stage.js";
import { Tools } from "./lesson-tools.js";
import { LiveMedia } from "./media.js";

const noteStays = 7000;

class Lesson {
  constructor(room) {
    const { lesson, role, start, end, opens, now } = room.dataset;
    Object.assign(this, { room, id: lesson, role, start: +start, end: +end, opens: +opens });
    this.lobby = document.getElementById("lobby");
    this.lines = document.querySelectorAll("[data-line]");
    this.skew = now * 1000 - Date.now();
    this.loadedAt = Number(now);
    this.you = { permits: [] };
    this.people = new Map();
    this.names = new Map();
    this.waiting = new Set();
    this.roster = [];
    this.phase = "scheduled";
    this.lastSeq = 0;
    this.connection = new Connection({
      onHello: () => this.door.knock(),
      onMessage: (message) => this.receive(message),
      onState: (state, more) => this.lineChanged(state, more),
    });
    this.media = new LiveMedia((message) => this.connection.send(message),
      (track) => this.stage.show(track), (state) => this.tools.mediaChanged(state));
    this.door = new Door(this);
    this.stage = new Stage(this);
    this.panel = new PeoplePanel(this);
    this.chat = new Chat(this);
    this.tools = new Tools(this);
    this.alarms = new Alarms(this);
    setInterval(() => this.tick(), 1000);
    this.tick();
    this.connection.open();
  }

  get isTeacher() {
    return this.role === "teacher";
  }

  /** Seconds since 1970 by the server's clock. */
  get now() {
    return (Date.now() + this.skew) / 1000;
  }

  get isInRoom() {
    return !this.room.hidden;
  }

  /** Asks for something, and says why when it is refused. */
  async command(message) {
    const answer = await this.connection.ask(message);
    if (answer.t === "no" && this.phase !== "ended") this.say(answer.text);
    return answer.t === "ok";
  }

  // What the server says

  receive(message) {
    switch (message.t) {
      case "entered": return this.entered(message);
      case "e": return this.happened(message);
      case "notice": return this.alarms.notice(message);
      case "media": return this.stage.stalled(message);
      case "no": return this.media.handle({ t: "refused", ref: message.ref, code: this.mediaCode(message) });
      default: return this.media.handle(message);
    }
  }

  /** Just back in the room, the media server may hear of it a moment later than this page: not for good. */
  mediaCode({ code }) {
    return code === "MED-004" && this.isInRoom ? "late" : code;
  }

  entered(message) {
    this.you = message.you;
    this.role = message.you.role || this.role;
    this.room.dataset.role = this.isTeacher ? "teacher" : "pupil";
    this.names.set(this.you.person, this.you.name);
    this.comesBack = false;
    if (message.place === "lobby") return this.door.wait(message.text);
    const { phase, locked, frozen, teacher, chat, start, end, people, waiting = [], roster = [] } = message;
    Object.assign(this, { phase, locked, frozen, start, end, roster });
    Object.assign(this, { teacherPresent: teacher, chatMode: chat });
    this.people = new Map(people.map((one) => [one.person, one]));
    for (const { person, name } of [...roster, ...people]) this.names.set(person, name);
    this.waiting = new Set(waiting);
    this.door.came();
    this.draw();
    // A line that broke took sound and pictures along; a server that was restarted left them running.
    this.media.comeBack(message.legs ?? []);
    this.tools.resume();
    return undefined;
  }

  happened(event) {
    if (this.phase === "ended") return;
    if (event.seq > this.lastSeq) this.lastSeq = event.seq;
    if (event.name) this.names.set(event.person, event.name);
    let person = this.people.get(event.person);
    switch (event.kind) {
      case "joined": person = this.joined(event); break;
      case "left": this.people.delete(event.person); break;
      case "lineLost": if (person) person.live = false; break;
      case "waiting": this.waiting.add(event.person); break;
      case "stoppedWaiting": this.waiting.delete(event.person); break;
      case "permits": if (person) person.permits = event.permits; break;
      case "hand": if (person) person.hand = event.up; break;
      case "opened": this.phase = "open"; this.door.came(); break;
      case "locked": this.locked = true; break;
      case "unlocked": this.locked = false; break;
      case "frozen": this.frozen = true; break;
      case "unfrozen": this.frozen = false; this.watch(); break;
      case "teacherAway": this.teacherPresent = false; break;
      case "teacherBack": this.teacherPresent = true; this.watch(); break;
      case "chatMode": this.chatMode = event.mode; break;
      case "chat": case "erased": case "gone": return this.chat.take(event);
      case "alarm": return this.alarms.raised(event);
      case "alarmReceived": return this.alarms.received();
      case "reconnect": this.comesBack = true; return;
      case "removed": return this.door.finish("removed");
      case "ended": return this.door.finish("ended");
    }
    if (event.person === this.you.person && person) {
      Object.assign(this.you, { permits: person.permits, hand: person.hand });
    }
    this.draw();
  }

  joined({ person, name, role, at, hand, permits }) {
    const known = this.people.get(person);
    const late = at > this.start + 300 && !known;
    this.waiting.delete(person);
    const one = { late, ...known, person, name, role, live: true,
      hand: hand ?? known?.hand ?? false, permits: permits ?? known?.permits ?? [] };
    this.people.set(person, one);
    if (role === "teacher") this.teacherPresent = true;
    return one;
  }

  /** While the class was stopped nothing could be received; what was refused then is asked for again. */
  watch() {
    this.media.handle({ t: "feeds", feeds: this.media.feeds });
  }

  // The line

  lineChanged(state, { reason, tries }) {
    this.room.dataset.line = state;
    if (state === "connecting") return undefined;
    if (state === "on") return this.say();
    if (state === "closed") {
      if (!this.comesBack) return this.door.closed(reason);
      this.comesBack = false;
      return this.connection.open();
    }
    this.say("Đang nối lại…", true);
    // A refused socket looks like a lost line: the ticket's answer tells whether this is still signed in.
    if (tries % 4 === 3 && navigator.onLine) this.door.checkSession();
    return undefined;
  }

  /** One line for what happens just now, in a place that is always there. */
  say(text = "", stays = false) {
    clearTimeout(this.noteTimer);
    for (const line of this.lines) setText(line, text);
    if (text && !stays) this.noteTimer = setTimeout(() => this.say(), noteStays);
  }

  // The page

  draw() {
    this.room.toggleAttribute("data-held", Boolean(this.frozen));
    this.stage.draw();
    this.panel.draw();
    this.chat.draw();
    this.tools.draw();
    this.door.draw();
  }

  show(inRoom) {
    if (this.isInRoom === inRoom) return;
    if (inRoom) for (const check of checks) check.stop();
    this.room.hidden = !inRoom;
    this.lobby.hidden = inRoom;
    for (const bar of document.querySelectorAll("body > .bar")) bar.hidden = inRoom;
    (inRoom ? this.room.querySelector(".stage") : this.lobby).focus();
  }

  tick() {
    this.door.draw();
    if (this.isInRoom && this.isTeacher) this.panel.draw();
    const left = Math.ceil((this.end - this.now) / 60);
    setText(this.room.querySelector("[data-left]"), left > 0 ? `Còn ${left} phút` : "Hết giờ");
  }
}

const room = document.querySelector(".room[data-lesson]");
if (room) new Lesson(room);
