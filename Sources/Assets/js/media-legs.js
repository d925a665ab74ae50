// The connections of one lesson page, each with its repair: what is sent and what is received (media.js).

// Refusals after which another try can succeed.
const PASSING = ["lost", "late", "forgotten", "MED-006", "MED-009", "MED-011", "?"];
// Nobody receives anything in a room without a teacher.
const NO_TEACHER = "LOP-441";
const RETRY_SECONDS = [0.3, 1, 2, 5, 10];
const VIDEO = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 24 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
// Slides move little, and an old machine has to encode them beside the camera.
const SCREEN = { frameRate: { ideal: 5, max: 8 }, width: { max: 1920 }, height: { max: 1080 } };

/** What both kinds of connection share: one piece of work at a time, and another try after a failure. */
class Leg {
  constructor(live, name) {
    this.live = live;
    this.name = name;
    this.pc = null;
    this.tries = 0;
    this.queue = Promise.resolve();
  }

  /** Runs work after all earlier work of this leg; its failure does not stop later work. */
  then(work) {
    const done = this.queue.then(() => (this.live.closed ? false : work()));
    this.queue = done.catch(() => {});
    return done;
  }

  open() {
    this.drop();
    const pc = new RTCPeerConnection({ iceServers: this.live.iceServers, bundlePolicy: "max-bundle" });
    this.pc = pc;
    pc.onicecandidate = ({ candidate }) => {
      if (this.pc !== pc) return;
      const value = candidate?.candidate
        ? { candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex }
        : null;
      this.live.send({ t: "candidate", leg: this.name, candidate: value });
    };
    pc.onconnectionstatechange = () => {
      if (this.pc !== pc) return;
      if (pc.connectionState === "connected") {
        this.tries = 0;
        this.state("on");
      } else if (pc.connectionState === "disconnected") {
        this.state("lost");
      } else if (pc.connectionState === "failed") {
        this.state("lost");
        this.rebuild();
      }
    };
    return pc;
  }

  get isUp() {
    return this.pc?.connectionState === "connected";
  }

  drop() {
    clearTimeout(this.timer);
    const pc = this.pc;
    this.pc = null;
    pc?.close();
  }

  /** Another try later; an explicit refusal is not tried again. @returns {boolean} false. */
  fail(code) {
    if (code === "forgotten" || this.live.closed) return false;
    if (!PASSING.includes(code)) return this.giveUp(code);
    this.later(() => this.rebuild());
    this.state("lost", { code });
    return false;
  }

  /** One wait at a time, longer with each failure in a row. @returns {boolean} false. */
  later(work) {
    const seconds = RETRY_SECONDS[Math.min(this.tries++, RETRY_SECONDS.length - 1)];
    clearTimeout(this.timer);
    this.timer = setTimeout(work, seconds * 1000);
    return false;
  }

  giveUp(code) {
    this.drop();
    this.state("refused", { code });
    return false;
  }

  state(state, more = {}) {
    this.live.onState({ leg: this.name, state, ...more });
  }
}

export class SendingLeg extends Leg {
  /** What is to be sent by kind, the connection's place for each kind, and what the server last agreed to. */
  tracks = {};
  slots = {};
  agreed = [];

  add(wanted) {
    return this.then(async () => {
      const isMissing = (kind) => wanted[kind] && this.tracks[kind]?.readyState !== "live";
      const missing = Object.keys(wanted).filter(isMissing);
      try {
        if (missing.length) for (const track of await this.capture(missing)) this.keep(track);
      } catch (error) {
        this.state("denied", { code: error.name });
        return false;
      }
      return this.offer();
    });
  }

  async capture(kinds) {
    if (this.name === "screen") {
      const sound = kinds.includes("audio");
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: sound });
      return stream.getTracks();
    }
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: kinds.includes("audio") && AUDIO,
      video: kinds.includes("video") && VIDEO,
    });
    return stream.getTracks();
  }

  keep(track) {
    const kind = this.name === "screen" && track.kind === "video" ? "screen" : track.kind;
    if (kind === "screen") track.contentHint = "detail";
    this.tracks[kind]?.stop();
    this.tracks[kind] = track;
    // The person ended it outside the page: “stop sharing”, or a camera that was pulled out.
    track.onended = () => this.tracks[kind] === track && this.remove(kind);
  }

  remove(kind) {
    return this.then(async () => {
      if (this.name === "screen") for (const other of Object.keys(this.tracks)) this.release(other);
      this.release(kind);
      if (Object.keys(this.tracks).length) return this.offer();
      if (this.pc) this.live.send({ t: "unpublish", leg: this.name });
      this.drop();
      this.state("off");
      return true;
    });
  }

  release(kind) {
    this.tracks[kind]?.stop();
    delete this.tracks[kind];
  }

  rebuild() {
    this.drop();
    if (!Object.keys(this.tracks).length) return;
    this.then(() => this.offer());
  }

  close() {
    this.drop();
    for (const kind of Object.keys(this.tracks)) this.release(kind);
  }

  /** The server will not have it: lets go of what it did not agree to, and goes on with the rest. */
  giveUp(code) {
    this.drop();
    const refused = Object.keys(this.tracks).filter((kind) => !this.agreed.includes(kind));
    for (const kind of refused.length ? refused : Object.keys(this.tracks)) this.release(kind);
    this.state("refused", { code, kinds: Object.keys(this.tracks) });
    if (Object.keys(this.tracks).length) this.rebuild();
    else this.live.send({ t: "unpublish", leg: this.name });
    return false;
  }

  /** Makes the connection send exactly `tracks`. */
  async offer() {
    if (!Object.keys(this.tracks).length) return true;
    if (!this.pc) {
      this.slots = {};
      this.open();
      this.state("connecting");
    }
    const pc = this.pc;
    try {
      this.place(pc);
      await pc.setLocalDescription(await pc.createOffer());
      const answer = await this.live.ask({ t: "publish", leg: this.name, sdp: pc.localDescription.sdp });
      if (this.pc !== pc) return false;
      if (answer.refused) {
        this.drop();
        return this.fail(answer.refused);
      }
      await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    } catch (error) {
      if (this.pc !== pc) return false;
      this.drop();
      return this.fail("?");
    }
    const kinds = Object.keys(this.tracks);
    this.agreed = kinds;
    this.state(pc.connectionState === "connected" ? "on" : "connecting", { kinds });
    return true;
  }

  place(pc) {
    for (const [kind, track] of Object.entries(this.tracks)) {
      if (!this.slots[kind]) {
        this.slots[kind] = pc.addTransceiver(track, { direction: "sendonly" });
        preferCodec(this.slots[kind], track.kind);
      } else if (this.slots[kind].sender.track !== track) {
        this.slots[kind].sender.replaceTrack(track);
      }
      this.slots[kind].direction = "sendonly";
    }
    for (const [kind, slot] of Object.entries(this.slots)) {
      if (this.tracks[kind]) continue;
      slot.sender.replaceTrack(null);
      slot.direction = "inactive";
    }
  }
}

export class WatchingLeg extends Leg {
  streams = new Map();

  constructor(live) {
    super(live, "watch");
  }

  /** Asks for what can be seen now, unless an asking is already waiting its turn. */
  refresh() {
    if (this.pending) return;
    this.pending = true;
    this.then(() => {
      this.pending = false;
      return this.ask();
    });
  }

  rebuild() {
    this.drop();
    this.clear();
    this.refresh();
  }

  close() {
    this.drop();
    this.clear();
  }

  async ask() {
    const feeds = this.live.feeds.map((item) => item.feed);
    if (!feeds.length && !this.pc) return true;
    const offer = await this.live.ask({ t: "watch", feeds, fresh: !this.pc });
    if (offer.refused === "forgotten") return false;
    // What flows goes on: just after a restart the server may not have its media server, or the teacher, yet.
    if (this.isUp && [NO_TEACHER, ...PASSING].includes(offer.refused)) return this.later(() => this.refresh());
    if (offer.refused) return this.retry(offer.refused);
    this.tries = 0;
    return this.answer(offer);
  }

  retry(code) {
    this.drop();
    return this.fail(code);
  }

  /** An offer nobody asked for. */
  take(offer) {
    this.then(() => this.answer(offer));
  }

  async answer(offer) {
    // Nothing to change.
    if (!offer.sdp) return true;
    if (offer.fresh || !this.pc) {
      this.clear();
      this.listen(this.open());
      this.state("connecting");
    }
    const pc = this.pc;
    try {
      await pc.setRemoteDescription({ type: "offer", sdp: offer.sdp });
      await pc.setLocalDescription(await pc.createAnswer());
      this.show(offer.feeds ?? []);
      this.live.send({ t: "watched", ref: offer.ref, sdp: pc.localDescription.sdp });
      return true;
    } catch (error) {
      return this.pc === pc ? this.retry("?") : false;
    }
  }

  listen(pc) {
    pc.ontrack = () => this.pc === pc && this.show(this.current ?? []);
  }

  /** Tells the page what began and what ended. */
  show(list) {
    this.current = list;
    const seen = new Set();
    for (const { mid, feed, person, kind } of list) {
      const track = this.pc?.getTransceivers().find((slot) => slot.mid === mid)?.receiver.track;
      if (!track) continue;
      const key = `${feed} ${kind}`;
      seen.add(key);
      const known = this.streams.get(key);
      if (known?.track === track) continue;
      const stream = new MediaStream([track]);
      this.streams.set(key, { person, kind, feed, track, stream });
      this.live.onTrack({ person, kind, feed, track, stream });
    }
    for (const key of [...this.streams.keys()]) if (!seen.has(key)) this.end(key);
  }

  clear() {
    this.current = [];
    for (const key of [...this.streams.keys()]) this.end(key);
  }

  end(key) {
    const { person, kind, feed } = this.streams.get(key);
    this.streams.delete(key);
    this.live.onTrack({ person, kind, feed, track: null, stream: null });
  }
}

/** One codec each keeps descriptions small; the server offers these to everybody. */
function preferCodec(slot, type) {
  const wanted = type === "audio" ? ["audio/opus"] : ["video/VP8", "video/rtx"];
  const all = RTCRtpSender.getCapabilities?.(type)?.codecs;
  const codecs = all?.filter((codec) => wanted.includes(codec.mimeType));
  if (codecs?.length) slot.setCodecPreferences?.(codecs);
}
