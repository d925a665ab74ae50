// Pictures and sound: the teacher and the screen large, everybody else on their seat.
//
// A seat is made once and keeps its place: who comes or goes changes the seat, never the list.

import { icon, make, setText, words } from "./dom.js";

export class Stage {
  constructor(lesson) {
    this.lesson = lesson;
    this.stage = lesson.room.querySelector(".stage");
    this.pictures = this.stage.querySelector(".pictures");
    this.list = this.stage.querySelector(".seats ul");
    this.seats = new Map([...this.list.children].map((seat) => [seat.dataset.person, seat]));
    this.teachers = new Map();
    this.screens = new Map();
    this.weak = new Set();
    this.sounds = make("div", { hidden: true });
    this.loud = this.stage.querySelector("[data-sound]");
    this.loud.addEventListener("click", () => this.playAll());
    lesson.room.append(this.sounds);
  }

  // Who is there

  draw() {
    const { lesson } = this;
    for (const { person, role } of lesson.people.values()) {
      if (role !== "teacher" && !this.seats.has(person)) this.addSeat(person);
    }
    for (const [person, seat] of this.seats) this.drawSeat(seat, lesson.people.get(person), person);
    for (const { person, role, name, live } of lesson.people.values()) {
      if (role === "teacher") this.mark(this.teacherTile(person, name), live ? "" : "Đang nối lại…");
    }
    for (const [person, tile] of this.teachers) if (!lesson.people.has(person)) this.mark(tile, "Chưa vào");
    this.drawHeld();
  }

  drawSeat(seat, one, person) {
    seat.classList.toggle("away", !one);
    const isWaiting = this.lesson.waiting.has(person);
    const state = !one ? (isWaiting ? "Đang chờ" : "Chưa vào")
      : !one.live ? "Mất kết nối" : one.hand ? "Giơ tay" : this.weak.has(person) ? "Mạng yếu" : "";
    this.mark(seat.firstElementChild, state, one?.live && one.hand);
  }

  /** By order number, as the server writes it before the name; those without one come last. */
  addSeat(person) {
    const name = this.lesson.names.get(person) ?? "";
    const order = /^(\d+)\. /.exec(name)?.[1];
    const seat = make("li", { "data-person": person }, tile(name, order));
    const place = (item) => Number(item.dataset.place || Infinity);
    seat.dataset.place = order ?? "";
    const next = [...this.list.children].find((other) => place(other) > place(seat));
    this.list.insertBefore(seat, next ?? null);
    this.seats.set(person, seat);
  }

  /** The first teacher gets the tile that was there from the start. */
  teacherTile(person, name) {
    let figure = this.teachers.get(person);
    if (!figure) {
      figure = this.teachers.size ? tile("") : this.pictures.querySelector(".teacher");
      figure.classList.add("teacher");
      this.pictures.append(figure);
      this.teachers.set(person, figure);
    }
    setText(figure.querySelector("figcaption"), name);
    return figure;
  }

  mark(figure, text, isHand) {
    const picture = figure.querySelector(".picture");
    const old = picture.querySelector(".state");
    if ((old?.textContent ?? "") === text) return;
    old?.remove();
    if (!text) return;
    picture.append(make("span", { class: isHand ? "state hand" : "state" }, isHand && icon("hand"), text));
  }

  drawHeld() {
    const held = this.stage.querySelector(".held");
    if (held) held.hidden = !this.lesson.frozen;
  }

  // What they send

  /** A track that began, or with `track` null one that ended; see `LiveMedia`. */
  show({ person, kind, feed, track, stream }) {
    if (kind === "audio") return this.hear(`${feed} ${person}`, stream);
    if (kind === "screen") return this.showScreen(person, stream);
    return this.showFace(person, stream, track && person === this.lesson.you.person);
  }

  showOwn({ video, screen }) {
    const { person } = this.lesson.you;
    this.showFace(person, video && new MediaStream([video]), true);
    this.showScreen(person, screen && new MediaStream([screen]));
  }

  showFace(person, stream, isOwn) {
    const figure = this.teachers.get(person) ?? this.seats.get(person)?.firstElementChild;
    if (figure) picture(figure, stream, isOwn);
  }

  showScreen(person, stream) {
    const old = this.screens.get(person);
    if (!stream) {
      old?.remove();
      this.screens.delete(person);
      return;
    }
    const figure = old ?? tile(`Màn hình của ${this.lesson.names.get(person) ?? "lớp"}`);
    figure.classList.add("screen");
    this.screens.set(person, figure);
    this.pictures.prepend(figure);
    picture(figure, stream, false);
  }

  hear(key, stream) {
    let sound = [...this.sounds.children].find((one) => one.dataset.key === key);
    if (!stream) return sound?.remove();
    if (!sound) this.sounds.append((sound = make("audio", { autoplay: true, "data-key": key })));
    sound.srcObject = stream;
    return this.play(sound);
  }

  /** Browsers let a page be heard only after it was touched once. */
  play(sound) {
    return sound.play().catch((error) => {
      if (error.name === "NotAllowedError") this.loud.hidden = false;
    });
  }

  playAll() {
    this.loud.hidden = true;
    for (const sound of this.sounds.children) this.play(sound);
  }

  stalled({ what, person }) {
    if (what === "stalled") this.weak.add(person);
    else this.weak.delete(person);
    this.draw();
  }
}

function tile(name, order) {
  const number = order && make("span", { class: "order", "aria-hidden": "true" }, order);
  return make("figure", { class: "tile" }, make("div", { class: "picture" }, number),
    make("figcaption", {}, words(name)));
}

function picture(figure, stream, isOwn) {
  const place = figure.querySelector(".picture");
  let video = place.querySelector("video");
  if (!stream) return video?.remove();
  if (!video) {
    // Sound goes its own way, so a picture is always allowed to play.
    video = make("video", { autoplay: true, playsinline: true });
    video.muted = true;
    place.append(video);
  }
  video.classList.toggle("mirror", Boolean(isOwn));
  if (video.srcObject?.getVideoTracks()[0] !== stream.getVideoTracks()[0]) video.srcObject = stream;
  return video.play().catch(() => {});
}
