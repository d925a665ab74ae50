// The device check of the lobby: camera, microphone level, a sound from the loudspeaker.
//
// Improves `[data-device-check]` (docs/markup.md, "Lobby"). Nothing leaves this device; every trouble is
// said in words with what to do. A lesson can be entered with no device at all, so nothing here blocks.

const troubles = {
  NotAllowedError:
    "Trình duyệt chưa được phép dùng. Chạm biểu tượng bên trái địa chỉ trang, chọn “Cho phép”, rồi thử lại.",
  NotFoundError: "Không thấy thiết bị. Nếu là thiết bị rời, cắm lại rồi thử lại. Không có vẫn vào lớp được.",
  NotReadableError: "Ứng dụng khác đang giữ thiết bị. Đóng ứng dụng gọi video khác rồi thử lại.",
  SecurityError: "Máy này chặn thiết bị. Nhờ người lớn hoặc thầy cô tin học xem giúp. Vẫn vào lớp được.",
  unsupported: "Trình duyệt này không dùng được camera và mic. Hãy cập nhật trình duyệt. Vẫn vào lớp được.",
  other: "Chưa mở được thiết bị. Đóng các ứng dụng khác rồi thử lại. Vẫn vào lớp được.",
};

const wishes = {
  microphone: { audio: { echoCancellation: true, noiseSuppression: true } },
  camera: { video: { facingMode: "user", width: { ideal: 640 } } },
};

// Loudness is the root mean square of the samples, 0 to 1; quiet speech near a laptop is about 0.02.
const audible = 0.02;
const silencePatience = 5000;

/** One device check. `stop()` lets go of camera and microphone. */
export class DeviceCheck {
  constructor(section) {
    this.section = section;
    this.streams = [];
    this.attempt = 0;
    this.onClick("start", () => this.start());
    this.onClick("sound", () => this.playSound());
    this.onClick("heard", () => this.answer(true, "Loa chạy tốt."));
    this.onClick("not-heard", () =>
      this.answer(false, "Tăng âm lượng, xem tai nghe có đang cắm không, rồi nghe lại."));
    // The room must find the devices free, also when the browser keeps this page for "back".
    window.addEventListener("pagehide", () => this.stop());
    for (const part of section.querySelectorAll("[data-needs-script]")) part.hidden = false;
  }

  async start() {
    this.stop();
    const current = this.attempt;
    this.say("camera-status", "Đang mở camera…");
    this.say("microphone-status", "Đang mở mic…");
    // One after the other: a missing camera must not hide a working microphone.
    for (const device of ["microphone", "camera"]) {
      const opened = await open(device);
      if (current !== this.attempt) return letGo(opened.stream);
      if (opened.stream) this.streams.push(opened.stream);
      if (device === "camera") this.showCamera(opened);
      else this.showMicrophone(opened);
    }
  }

  stop() {
    this.attempt += 1;
    this.meter?.stop();
    this.meter = null;
    this.streams.forEach(letGo);
    this.streams = [];
    const video = this.find("camera");
    if (video) video.srcObject = null;
  }

  showCamera({ stream, trouble }) {
    this.report("camera", Boolean(stream));
    this.say("camera-status", trouble ?? "Camera chạy tốt. Hình này chưa gửi đi đâu.");
    const video = this.find("camera");
    if (!stream || !video) return;
    video.srcObject = stream;
    video.play().catch(() => {});
  }

  showMicrophone({ stream, trouble }) {
    if (!stream) {
      this.report("microphone", false);
      this.say("microphone-status", trouble);
      return;
    }
    this.say("microphone-status", "Nói thử: “Xin chào cả lớp”.");
    const hear = (works, text) => {
      this.report("microphone", works);
      this.say("microphone-status", text);
    };
    this.meter = measure(stream, this.find("level"), {
      heard: () => hear(true, "Mic chạy tốt, đã nghe thấy tiếng."),
      silent: () => hear(false, "Chưa nghe thấy tiếng. Nói to hơn, hoặc xem mic có đang bị tắt không."),
    });
  }

  async playSound() {
    this.say("speaker-status", "Đang phát hai nốt nhạc…");
    const played = await playTones();
    const question = "Có nghe thấy hai nốt nhạc không?";
    this.say("speaker-status", played ? question : "Chưa phát được tiếng. Xem loa rồi thử lại.");
    this.askWhetherHeard(played);
  }

  askWhetherHeard(asking) {
    for (const button of [this.find("heard"), this.find("not-heard")]) {
      if (button) button.hidden = !asking;
    }
  }

  answer(works, text) {
    this.find("sound")?.focus();
    this.askWhetherHeard(false);
    this.report("speaker", works);
    this.say("speaker-status", text);
  }

  /** Tells the page what works; a hidden field of that name carries it to the server. */
  report(device, works) {
    const field = this.section.querySelector(`input[name="${device}"]`);
    if (field) field.value = works ? "works" : "trouble";
    this.section.dispatchEvent(new CustomEvent("device-check", { bubbles: true, detail: { device, works } }));
  }

  find(name) {
    return this.section.querySelector(`[data-${name}]`);
  }

  onClick(name, act) {
    this.find(name)?.addEventListener("click", act);
  }

  say(name, text) {
    const line = this.find(name);
    if (line) line.textContent = text;
  }
}

function letGo(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}

async function open(device) {
  if (!navigator.mediaDevices?.getUserMedia) return { trouble: troubles.unsupported };
  try {
    return { stream: await navigator.mediaDevices.getUserMedia(wishes[device]) };
  } catch (error) {
    return { trouble: troubles[error.name] ?? troubles.other };
  }
}

/** Draws the loudness; tells once when a voice was heard, and once when none was for a while. */
function measure(stream, level, tell) {
  const Audio = window.AudioContext ?? window.webkitAudioContext;
  if (!Audio) return null;
  const context = new Audio();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const started = performance.now();
  let [heard, warned, frame] = [false, false, 0];
  const look = () => {
    analyser.getByteTimeDomainData(samples);
    const loudness = Math.sqrt(samples.reduce((sum, s) => sum + ((s - 128) / 128) ** 2, 0) / samples.length);
    if (level) level.style.transform = `scaleX(${Math.min(1, loudness * 6)})`;
    if (!heard && loudness > audible) {
      heard = true;
      tell.heard();
    } else if (!heard && !warned && performance.now() - started > silencePatience) {
      warned = true;
      tell.silent();
    }
    frame = requestAnimationFrame(look);
  };
  context.resume().catch(() => {});
  look();
  const stop = () => {
    cancelAnimationFrame(frame);
    if (level) level.style.transform = "";
    context.close().catch(() => {});
  };
  return { stop };
}

/** Two soft notes, made here. False when this device plays no sound. */
async function playTones() {
  const Audio = window.AudioContext ?? window.webkitAudioContext;
  if (!Audio) return false;
  const context = new Audio();
  try {
    await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 2000))]);
    if (context.state !== "running") return false;
    [523.25, 659.25].forEach((pitch, index) => playNote(context, pitch, context.currentTime + index * 0.45));
    await new Promise((done) => setTimeout(done, 1100));
    return true;
  } catch {
    return false;
  } finally {
    context.close().catch(() => {});
  }
}

function playNote(context, pitch, at) {
  const note = context.createOscillator();
  const volume = context.createGain();
  note.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.3, at + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
  note.connect(volume).connect(context.destination);
  note.start(at);
  note.stop(at + 0.65);
}

/** Those of this page: the lesson stops them before it opens camera and microphone itself. */
export const checks = [...document.querySelectorAll("[data-device-check]")]
  .map((section) => new DeviceCheck(section));
