"""A visit to a running lesson in real browsers: refused without notice, then seen by teacher and pupils and kept in the record."""

import re

from harness import Checks, School, Visitor, browser, wait_for

checks = Checks()
school = School()
playwright, chromium = browser()
teacher = Visitor(chromium, school, "gv.thcs1.6a2")
pupil = Visitor(chromium, school, "thcs1.6a2.07", 360, 740)
head = Visitor(chromium, school, "ht.thcs1")
parent = Visitor(chromium, school, "ph.thcs1.6a2.07", 360, 740)
facts = {}


def names(login):
    return school.database(
        f"SELECT name FROM person WHERE id = (SELECT person_id FROM account WHERE login = '{login}')")[0][0]


def the_lesson_runs():
    teacher.sign_in()
    facts["path"] = teacher.page.get_attribute("a.button.big", "href")
    teacher.open(facts["path"])
    teacher.page.get_by_role("button", name="Mở lớp").click()
    pupil.sign_in(facts["path"])
    pupil.page.wait_for_selector("body.in-lesson .stage", state="visible")


def a_head_without_notice_stays_outside():
    head.sign_in().open(facts["path"])
    head.sees("Dự giờ cần báo trước")
    assert not head.page.locator(".stage").is_visible()


def an_announced_head_is_seen_by_everybody():
    head.page.get_by_role("link", name="Báo dự giờ").click()
    head.page.fill("#purpose", "Góp ý tiết dạy")
    head.page.get_by_role("button", name="Báo dự giờ").click()
    head.page.get_by_role("link", name="Đến tiết học").click()
    head.page.wait_for_selector("body.in-lesson .stage", state="visible")
    shown = f"{names('ht.thcs1')} – Lãnh đạo nhà trường dự giờ"
    for one in (teacher, pupil):
        wait_for(lambda: shown in one.page.inner_text("body"), 10, f"{one.login} sees the visitor's name")


def a_guest_comes_by_invitation():
    parent.sign_in(facts["path"])
    assert not parent.page.locator(".stage").is_visible()
    other = Visitor(chromium, school, "gv.thcs1.6a2").sign_in()
    other.open(facts["path"] + "/visits")
    other.page.fill("#login", "ph.thcs1.6a2.07")
    other.page.get_by_role("button", name=re.compile("Mời vào")).click()
    other.sees("Người mời")
    other.close()
    parent.open(facts["path"])
    parent.page.wait_for_selector("body.in-lesson .stage", state="visible")
    shown = f"{names('ph.thcs1.6a2.07')} – Khách mời"
    wait_for(lambda: shown in pupil.page.inner_text("body"), 10, "the pupil sees the guest's name")


def both_stand_in_the_record():
    reader = Visitor(chromium, school, "ht.thcs1").sign_in()
    reader.open(facts["path"] + "/record")
    for words in ("Dự giờ đã báo", "Góp ý tiết dạy", names("ht.thcs1"), "Được mời vào lớp, người quyết định"):
        reader.sees(words)
    reader.close()


def who_is_no_longer_invited_is_out_at_once():
    head.page.goto(school.url + facts["path"] + "/visits")
    head.page.get_by_role("button", name=re.compile("Thôi mời")).click()
    wait_for(lambda: not parent.page.locator(".stage").is_visible(), 10, "the guest's room is gone")
    head.page.get_by_role("button", name="Thôi không dự").click()
    head.open(facts["path"])
    head.sees("Dự giờ cần báo trước")


for name, body in [
    ("the lesson runs", the_lesson_runs),
    ("a head without notice stays outside", a_head_without_notice_stays_outside),
    ("an announced head is seen by everybody", an_announced_head_is_seen_by_everybody),
    ("a guest comes by invitation", a_guest_comes_by_invitation),
    ("both stand in the record", both_stand_in_the_record),
    ("who is no longer invited is out at once", who_is_no_longer_invited_is_out_at_once),
]:
    checks.run(name, body)

chromium.close()
playwright.stop()
school.stop()
checks.end()
