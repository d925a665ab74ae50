// The one WebSocket of a page (docs/protocol.md): opens it, opens it again, asks and waits for answers.

const firstWait = 300;
const longestWait = 5000;
const patience = 8000;
// After so long a connection counts as stable, and the next break begins with the first wait again.
const stable = 5000;
// The server closed on purpose: coming back by itself would be wrong, or would chase another page of ours.
const finalReasons = ["removed", "replaced", "session ended"];

/**
 * onHello(message)  the connection is ready; `challenge` is fresh.
 * onMessage(message)  anything that is no answer to `ask`.
 * onState(state, {reason, tries})  "connecting", "on", "lost" (it tries again), "closed" (it does not).
 */
export class Connection {
  constructor({ onHello = () => {}, onMessage = () => {}, onState = () => {} } = {}) {
    Object.assign(this, { onHello, onMessage, onState });
    this.waiting = new Map();
    this.count = 0;
    this.tries = 0;
    this.isWanted = false;
    this.isReady = false;
    addEventListener("offline", () => this.isReady && this.lose("offline"));
    addEventListener("online", () => this.hurry());
    addEventListener("pageshow", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  open() {
    this.isWanted = true;
    if (this.socket) return;
    clearTimeout(this.timer);
    this.onState("connecting", { tries: this.tries });
    const scheme = location.protocol === "http:" ? "ws:" : "wss:";
    const socket = new WebSocket(`${scheme}//${location.host}/live`);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.socket === socket && this.receive(data);
    socket.onclose = ({ code, reason }) => this.socket === socket && this.ended(code, reason);
    this.timer = setTimeout(() => this.isReady || this.lose("late"), patience);
  }

  close() {
    this.isWanted = false;
    this.ended(1000, "left");
  }

  /** False when nothing could be sent. */
  send(message) {
    if (!this.isReady) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** The server's answer: {t: "ok"}, or {t: "no", code, text}; without any the code is "lost" or "late". */
  ask(message, wait = patience) {
    const ref = `p${(this.count += 1)}`;
    return new Promise((resolve) => {
      // A line on which no answer comes is dead, even if nobody has noticed.
      const timer = setTimeout(() => {
        this.settle(ref, nothing("late"));
        this.lose("late");
      }, wait);
      this.waiting.set(ref, { resolve, timer });
      if (!this.send({ ...message, ref })) this.settle(ref, nothing("lost"));
    });
  }

  receive(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message.t === "hello") {
      clearTimeout(this.timer);
      this.isReady = true;
      this.since = performance.now();
      this.challenge = message.challenge;
      this.onState("on", { tries: this.tries });
      this.onHello(message);
    } else if (!["ok", "no"].includes(message.t) || !this.settle(message.ref, message)) {
      this.onMessage(message);
    }
  }

  settle(ref, answer) {
    const entry = this.waiting.get(ref);
    if (!entry) return false;
    this.waiting.delete(ref);
    clearTimeout(entry.timer);
    entry.resolve(answer);
    return true;
  }

  /** Gives this line up without waiting for the other side. */
  lose(reason) {
    this.ended(1006, reason);
  }

  ended(code, reason) {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.timer);
    if (socket) {
      socket.onclose = socket.onmessage = null;
      socket.close();
    }
    if (this.isReady && performance.now() - this.since > stable) this.tries = 0;
    this.isReady = false;
    for (const ref of [...this.waiting.keys()]) this.settle(ref, nothing("lost"));
    if (code === 1008 && finalReasons.includes(reason)) this.isWanted = false;
    if (!this.isWanted) return this.onState("closed", { code, reason, tries: this.tries });
    // Spread, so that after a restart a whole school does not knock in the same moment.
    const wait = Math.min(longestWait, firstWait * 2 ** this.tries) * (0.6 + Math.random() * 0.4);
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), wait);
    this.onState("lost", { code, reason, tries: this.tries });
  }

  /** The network is back, or somebody looks at the page again: no more waiting. */
  hurry() {
    if (this.isWanted && !this.socket) this.open();
  }
}

function nothing(code) {
  return { t: "no", code, text: "Đường truyền vừa gián đoạn, việc này chưa được ghi nhận. Hãy thử lại." };
}
