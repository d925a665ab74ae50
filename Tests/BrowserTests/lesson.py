"""The story of the first safe lesson in real browsers: teacher and two pupils, strangers, alarm, crashes."""

import json
import time

from harness import Checks, School, Visitor, browser, wait_for

checks = Checks()
school = School()
playwright, chromium = browser()
teacher = Visitor(chromium, school, "gv.thcs1.6a2")
first = Visitor(chromium, school, "thcs1.6a2.01", 360, 740)
seventh = Visitor(chromium, school, "thcs1.6a2.07", 360, 740)
lesson = {}


def pupils_wait_and_see_nobody():
    teacher.sign_in()
    lesson["path"] = teacher.page.get_attribute("a.button.big", "href")
    lesson["id"] = lesson["path"].split("/")[-1]
    seventh.sign_in(lesson["path"])
    seventh.sees("Em đang ở phòng chờ")
    seventh.sees("07. ")
    assert seventh.page.locator("video").count() == 0 or seventh.frames() == 0


def teacher_opens_and_pupils_see_and_hear():
    teacher.open(lesson["path"])
    teacher.sees("1 em đang chờ")
    teacher.page.get_by_role("button", name="Mở lớp").click()
    first.sign_in(lesson["path"])
    for pupil in (first, seventh):
        pupil.page.wait_for_selector("body.in-lesson .stage", state="visible")
        wait_for(lambda: pupil.frames() > 10, 30, f"{pupil.login} decodes the teacher's picture")
        heard = pupil.page.evaluate(
            "[...document.querySelectorAll('audio,video')].some(e => e.srcObject && e.srcObject.getAudioTracks()"
            ".some(t => t.readyState === 'live' && !t.muted))")
        assert heard, f"{pupil.login} receives sound"


def chat_is_off_until_the_teacher_opens_it():
    mode = school.database(f"SELECT chat_mode FROM live_lesson WHERE lesson_id = '{lesson['id']}'")
    assert mode == [("off",)], mode


def alarm_reaches_teacher_parent_and_head():
    parent = Visitor(chromium, school, "ph.thcs1.6a2.07").sign_in()
    head = Visitor(chromium, school, "ht.thcs1").sign_in()
    parent.page.wait_for_timeout(1_000)
    seventh.page.locator("button:visible", has_text="Có người lạ").click()
    # A double tap is one touch: the second must be meant.
    seventh.page.wait_for_timeout(700)
    started = time.monotonic()
    seventh.page.locator("button:visible", has_text="Chạm lần nữa").click()
    for adult in (teacher, parent, head):
        wait_for(lambda: "người lạ" in adult.text().lower(), 10, f"{adult.login} is told")
    print(f"      told after {time.monotonic() - started:.2f} s", flush=True)
    wait_for(lambda: "Em làm đúng rồi" in seventh.text(), 5, "the pupil is thanked")
    parent.open("/alarms").sees("Có người lạ")
    parent.close()
    head.close()


def strangers_stay_outside():
    """Accounts that do not belong: each asks for a ticket with its own good session."""
    for login, status in [
        ("thcs1.6a1.05", 403), ("th1.3a.02", 403), ("gv.th1.3a", 403), ("ph.thcs1.6a2.07", 403), ("thcs1.6a2.39", 201),
    ]:
        stranger = Visitor(chromium, school, login).sign_in()
        answer = stranger.page.evaluate(
            "path => fetch(path, {method: 'POST'}).then(r => r.status)", f"/api/v1/lessons/{lesson['id']}/tickets")
        assert answer == status, (login, answer)
        stranger.open(lesson["path"])
        stranger.page.wait_for_timeout(1_500)
        assert stranger.frames() == 0, f"{login} sees pictures"
        stranger.close()
    nobody = chromium.new_context(ignore_https_errors=True).new_page()
    nobody.goto(school.url + lesson["path"])
    assert "/sign-in" in nobody.url, nobody.url
    nobody.context.close()


def a_stolen_cookie_does_not_enter():
    cookies = [c for c in seventh.context.cookies() if "lopan" in c["name"]]
    thief = Visitor(chromium, school, "thief")
    thief.context.add_cookies(cookies)
    thief.open(lesson["path"])
    thief.page.wait_for_timeout(3_000)
    assert thief.frames() == 0, "the thief sees pictures"
    reasons = {json.loads(b).get("reason") for (b,) in school.database(
        "SELECT body FROM ledger_event WHERE name = 'admission.refused'")}
    assert {"deviceProofWrong", "deviceProofMissing"} & reasons, reasons
    thief.close()


def a_second_device_is_refused_and_told_of():
    second = Visitor(chromium, school, "thcs1.6a2.07").sign_in(lesson["path"])
    second.page.wait_for_timeout(3_000)
    assert second.frames() == 0
    reasons = {json.loads(b).get("reason") for (b,) in school.database(
        "SELECT body FROM ledger_event WHERE name = 'admission.refused'")}
    assert "seatTaken" in reasons, reasons
    second.close()


def reload_returns_to_the_same_seat():
    first.page.reload()
    wait_for(lambda: first.frames() > 5, 20, "video after a reload")


# Keeps in the page the longest time without a new picture, and whether a video began anew.
WATCH_PICTURES = """() => {
  const count = () => [...document.querySelectorAll('video')].reduce(
    (sum, video) => sum + (video.dataset.own === undefined ? video.getVideoPlaybackQuality().totalVideoFrames : 0), 0);
  const seen = window.pictures = { last: count(), at: performance.now(), gap: 0, anew: false };
  setInterval(() => {
    const now = count();
    if (now < seen.last) seen.anew = true;
    if (now !== seen.last) Object.assign(seen, { last: now, at: performance.now() });
    seen.gap = Math.max(seen.gap, performance.now() - seen.at);
  }, 50);
}"""


def a_killed_server_loses_nobody():
    first.page.evaluate(WATCH_PICTURES)
    entries = "SELECT count(*) FROM live_event WHERE kind = 'admission'"
    before = school.database(entries)[0][0]
    school.kill()
    school.start()
    started = time.monotonic()
    wait_for(lambda: school.database(entries)[0][0] >= before + 3, 15, "all three pages are back in their seats")
    wait_for(lambda: first.page.evaluate("document.querySelector('.room')?.dataset.line") == "on", 15, "the line is back")
    back = time.monotonic() - started
    frames = first.frames()
    # Past the ten seconds for which connections without a page are kept.
    first.page.wait_for_timeout(12_000)
    pictures = first.page.evaluate("window.pictures")
    print(f"      back {back:.1f} s after the restart, longest gap in the picture {pictures['gap'] / 1000:.1f} s", flush=True)
    assert first.frames() > frames + 50, "video goes on"
    assert not pictures["anew"], "the video was built anew"
    assert pictures["gap"] < 2_000, pictures


def a_killed_media_server_comes_back():
    before = first.frames()
    school.kill_media()
    started = time.monotonic()
    wait_for(lambda: first.frames() > before + 10 or (first.frames() < before and first.frames() > 5), 30, "video after the crash")
    print(f"      video {time.monotonic() - started:.1f} s after the crash", flush=True)


def a_removed_pupil_stays_out():
    teacher.page.bring_to_front()
    person = school.database(
        f"SELECT person_id FROM live_seat WHERE lesson_id = '{lesson['id']}' AND person_id IN"
        " (SELECT person_id FROM account WHERE login = 'thcs1.6a2.07')")[0][0]
    if teacher.page.locator("#people[hidden]").count():
        teacher.page.locator("[data-count]").click()
    teacher.page.locator(f"#people [data-person='{person}'], #people li", has_text="07. ").first.click()
    teacher.page.get_by_role("button", name="Mời ra").first.click()
    teacher.page.get_by_role("button", name="Mời ra").last.click()
    wait_for(lambda: school.database("SELECT count(*) FROM lesson_ban")[0][0] >= 1, 10, "the ban is recorded")
    again = Visitor(chromium, school, "thcs1.6a2.07").sign_in(lesson["path"])
    again.page.wait_for_timeout(3_000)
    assert again.frames() == 0, "a removed pupil is back"
    again.close()


def the_record_shows_who_was_there():
    teacher.open(lesson["path"] + "/record")
    teacher.sees("Có mặt")
    assert "Bị đưa ra khỏi lớp" in teacher.text() or "Được vào lớp" in teacher.text()


for name, body in [
    ("pupils wait in the lobby and see nobody", pupils_wait_and_see_nobody),
    ("the teacher opens, pupils see and hear", teacher_opens_and_pupils_see_and_hear),
    ("chat is off at first", chat_is_off_until_the_teacher_opens_it),
    ("an alarm reaches teacher, parent and head", alarm_reaches_teacher_parent_and_head),
    ("strangers stay outside", strangers_stay_outside),
    ("a stolen cookie does not enter", a_stolen_cookie_does_not_enter),
    ("a second device is refused", a_second_device_is_refused_and_told_of),
    ("a reload returns to the seat", reload_returns_to_the_same_seat),
    ("a killed server loses nobody", a_killed_server_loses_nobody),
    ("a killed media server comes back", a_killed_media_server_comes_back),
    ("a removed pupil stays out", a_removed_pupil_stays_out),
    ("the record shows who was there", the_record_shows_who_was_there),
]:
    checks.run(name, body)

for visitor in (teacher, first, seventh):
    visitor.page.screenshot(path=f"{school.folder}/{visitor.login}.png")
    if visitor.errors:
        print(f"script errors of {visitor.login}: {visitor.errors[:3]}", flush=True)
print("pictures and log in", school.folder)
chromium.close()
playwright.stop()
school.stop()
checks.end()
