// Sound and pictures of a lesson: three connections at most (camera and microphone, shared screen, all that
// is received), set up through messages that the lesson's one WebSocket carries.
//
// It survives what goes away under it: our server (connections go on; `comeBack` asks again for what was
// under way, and builds anew what the server ended), the media server (`rejoin` builds all anew), the network (a
// failed connection is built anew).
//
// To the server: publish {ref, leg, sdp}; unpublish {leg}; watch {ref, feeds: [id], fresh}; watched {ref, sdp};
//   candidate {leg, candidate: {candidate, sdpMid, sdpMLineIndex} or null}.
// From the server: answer {ref, leg, sdp}; offer {ref, sdp, fresh, feeds: [{mid, feed, person, kind}]}, without
//   sdp when there is nothing to change; refused {ref, code}; feeds {feeds: [{feed, person, kinds}]}; rejoin;
//   ice {servers}; candidate {leg, candidate}. The name is the field `t`.

import { SendingLeg, WatchingLeg } from "./media-legs.js";

const REQUEST_SECONDS = 8;

/**
 * @callback Send     one JSON object to the server; returns false when the socket is not open.
 * @callback OnTrack  ({person, kind, feed, track, stream}) when something can be shown; track null: it ended.
 * @callback OnState  ({leg, state, code?, kinds?}). leg: "cam", "screen", "watch". state: "off", "connecting",
 *                    "on", "lost" (it tries again), "refused" (code: the server's, kinds: what still goes on),
 *                    "denied" (code: the browser's, such as "NotAllowedError").
 */
export class LiveMedia {
  constructor(send, onTrack = () => {}, onState = () => {}) {
    this.send = send;
    this.onTrack = onTrack;
    this.onState = onState;
    this.iceServers = [];
    this.feeds = [];
    this.shown = new Map();
    this.waiting = new Map();
    this.count = 0;
    this.stamp = Math.random().toString(36).slice(2, 8);
    this.closed = false;
    this.legs = { cam: new SendingLeg(this, "cam"), screen: new SendingLeg(this, "screen") };
    this.watching = new WatchingLeg(this);
  }

  /**
   * Starts sending what is true; what is not named stays as it is. Asks the person for permission where
   * needed.
   * `sound` shares the screen's sound too, for those who may also speak.
   * @returns {Promise<boolean>} whether all of it is being sent; the reason otherwise went to onState.
   */
  async publish({ audio, video, screen, sound } = {}) {
    const cam = audio || video ? this.legs.cam.add({ audio: !!audio, video: !!video }) : true;
    const other = screen ? this.legs.screen.add({ screen: true, audio: !!sound }) : true;
    return (await Promise.all([cam, other])).every(Boolean);
  }

  /** Stops sending "audio", "video" or "screen", and lets go of the device. */
  async stop(kind) {
    await (kind === "screen" ? this.legs.screen : this.legs.cam).remove(kind);
  }

  /** What this page sends now, for its own picture: {audio, video, screen}, tracks or undefined. */
  get own() {
    return { ...this.legs.cam.tracks, ...this.legs.screen.tracks };
  }

  /** A message from the server. @returns {boolean} whether it was one of ours. */
  handle(message) {
    switch (message.t) {
      case "ice":
        this.iceServers = message.servers ?? [];
        return true;
      case "feeds":
        this.feeds = message.feeds ?? [];
        this.watching.refresh();
        return true;
      case "answer":
        this.settle(message.ref, message);
        return true;
      case "offer":
        if (!this.settle(message.ref, message)) this.watching.take(message);
        return true;
      case "candidate":
        this.connection(message.leg)?.addIceCandidate(message.candidate ?? undefined).catch(() => {});
        return true;
      case "refused":
        return this.settle(message.ref, { refused: message.code ?? "?" });
      case "rejoin":
        this.rejoin();
        return true;
      default:
        return false;
    }
  }

  /** Everything anew: the media server was restarted, or this page was given a new seat. */
  rejoin() {
    this.forget();
    this.legs.cam.rebuild();
    this.legs.screen.rebuild();
    this.watching.rebuild();
  }

  /** The WebSocket is open again: the legs named went on, all others are built anew. */
  comeBack(legs) {
    this.forget();
    for (const leg of [this.legs.cam, this.legs.screen]) {
      if (!legs.includes(leg.name) || !leg.isUp) leg.rebuild();
    }
    // An answer of ours may have been lost as well: the server then offers anew.
    if (legs.includes("watch") && this.watching.isUp) this.watching.refresh();
    else this.watching.rebuild();
  }

  /** Whether something still flows that the server may know: it then need not be built anew. */
  get keeps() {
    return [this.legs.cam, this.legs.screen, this.watching].some((leg) => leg.isUp);
  }

  /** Lets go of everything, for leaving the lesson. */
  close() {
    this.closed = true;
    this.forget();
    this.legs.cam.close();
    this.legs.screen.close();
    this.watching.close();
  }

  connection(leg) {
    return leg === "watch" ? this.watching.pc : this.legs[leg]?.pc;
  }

  forget() {
    for (const ref of [...this.waiting.keys()]) this.settle(ref, { refused: "forgotten" });
  }

  /** Sends a request and waits for the message with its ref. @returns {Promise<object>} it, or {refused}. */
  ask(message) {
    const ref = `${this.stamp}-${++this.count}`;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.settle(ref, { refused: "late" }), REQUEST_SECONDS * 1000);
      this.waiting.set(ref, { resolve, timer });
      if (this.send({ ...message, ref }) === false) this.settle(ref, { refused: "lost" });
    });
  }

  settle(ref, answer) {
    const entry = this.waiting.get(ref);
    if (!entry) return false;
    this.waiting.delete(ref);
    clearTimeout(entry.timer);
    entry.resolve(answer);
    return true;
  }
}
