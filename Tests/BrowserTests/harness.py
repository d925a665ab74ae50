"""Starts a demo school on a free port and opens real browser pages in it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

from playwright.sync_api import sync_playwright

PASSWORD = "sao biển xanh 2026"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--ignore-certificate-errors", "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
]
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def wait_for(condition, seconds, what):
    """Waits until the condition holds; every wait of these tests has a limit and a name."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class School:
    """One `lopan demo` with its own folder and port; can be killed and started again."""

    def __init__(self):
        self.program = os.environ.get("LOPAN", os.path.join(ROOT, ".build/debug/lopan"))
        self.folder = tempfile.mkdtemp(prefix="lopan-browser-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"https://localhost:{self.port}"
        self.log = open(os.path.join(self.folder, "log.txt"), "ab")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "demo", "--data", self.folder, "--port", str(self.port)],
            stdout=self.log, stderr=self.log, start_new_session=True)
        wait_for(self.answers, 60, "the server answers")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the server ended: " + self.log_text()[-2000:])
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.3).close()
            return True
        except OSError:
            return False

    def kill(self):
        """As a power cut would: no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def kill_media(self):
        subprocess.run(["pkill", "-9", "-f", f"janus.*{self.folder}"], check=False)

    def log_text(self):
        with open(os.path.join(self.folder, "log.txt"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def database(self, question):
        """Asks the school's own file, as an inspector with the disk in hand would."""
        import sqlite3
        with sqlite3.connect(f"file:{self.folder}/lopan.sqlite?mode=ro", uri=True) as db:
            return db.execute(question).fetchall()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.kill_media()


class Visitor:
    """One person with one browser profile."""

    def __init__(self, browser, school, login, width=1280, height=800):
        self.school = school
        self.login = login
        self.context = browser.new_context(
            ignore_https_errors=True, viewport={"width": width, "height": height},
            permissions=["camera", "microphone"])
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def sign_in(self, path="/"):
        page = self.page
        page.goto(f"{self.school.url}/sign-in?next={path}")
        page.fill("#login", self.login)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        if page.url.endswith("/second-factor"):
            code = page.inner_text("form code").strip()
            page.fill("#code", code)
            page.press("#code", "Enter")
            page.wait_for_url(lambda url: "/second-factor" not in url)
        return self

    def open(self, path):
        self.page.goto(self.school.url + path)
        return self

    def text(self):
        return self.page.inner_text("body")

    def sees(self, words, seconds=10):
        wait_for(lambda: words in self.text(), seconds, f"{self.login} sees “{words}”; sees: {self.text()[:600]}")

    def frames(self):
        """Pictures decoded by all videos of other people on this page."""
        return self.page.evaluate(
            "[...document.querySelectorAll('video')].reduce((n, v) => n + (v.muted && v.dataset.own !== undefined ? 0 :"
            " v.getVideoPlaybackQuality().totalVideoFrames), 0)")

    def close(self):
        self.context.close()


class Checks:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def run(self, name, body):
        started = time.monotonic()
        try:
            body()
            self.passed += 1
            print(f"ok    {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception:
            self.failed += 1
            print(f"FAIL  {name}\n{traceback.format_exc()}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def browser():
    playwright = sync_playwright().start()
    return playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
