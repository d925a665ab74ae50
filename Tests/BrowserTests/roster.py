"""From a class list to a pupil in the lobby: import, slip on paper, activation, verification, and what is refused on the way."""

import os
import re
import tempfile

from harness import Checks, School, Visitor, browser, wait_for

checks = Checks()
school = School()
playwright, chromium = browser()
head = Visitor(chromium, school, "ht.thcs1")
homeroom = Visitor(chromium, school, "cn.thcs1.6a2")
pupil = Visitor(chromium, school, "", 360, 740)
klass = school.database("SELECT id FROM school_class WHERE name = '6A2'")[0][0]
facts = {}

LIST = """Trường THCS Hoa Phượng,,,,,,
DANH SÁCH LỚP 6A2,,,,,,
STT,Mã định danh Bộ GD&ĐT,Họ tên,Ngày sinh,Giới tính,Dân tộc,Lớp học
41,0700000041,Nguyễn Thị Mới,05/09/2014,Nữ,Kinh,6A2
42,0700000042,Trần Văn Sai,31/02/2014,Nam,Kinh,6A2
,,Tổng số: 2,,,,
"""


def head_imports_good_rows_only():
    path = os.path.join(tempfile.mkdtemp(), "lop-6a2.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(LIST)
    head.sign_in().open("/classes/import")
    head.page.set_input_files("input[type=file]", path)
    head.page.locator("input[type=radio]").nth(1).check()
    head.page.get_by_role("button", name="Xem trước").click()
    head.sees("LOP-359")
    assert "Dân tộc" in head.text(), "what is not kept is said"
    head.page.get_by_role("button", name="Nhập 1 dòng đọc được").click()
    head.sees("Đã nhập danh sách")
    assert school.database("SELECT count(*) FROM person WHERE name = 'Nguyễn Thị Mới'") == [(1,)]
    assert school.database("SELECT count(*) FROM person WHERE name = 'Trần Văn Sai'") == [(0,)]


def importing_again_changes_nothing():
    path = os.path.join(tempfile.mkdtemp(), "lop-6a2.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(LIST)
    head.open("/classes/import")
    head.page.set_input_files("input[type=file]", path)
    head.page.locator("input[type=radio]").nth(1).check()
    head.page.get_by_role("button", name="Xem trước").click()
    head.sees("LOP-359")
    assert "Thêm mới" not in head.text(), head.text()


def a_broken_file_is_refused_in_words():
    path = os.path.join(tempfile.mkdtemp(), "lop.xlsx")
    with open(path, "wb") as file:
        file.write(b"PK\x03\x04" + os.urandom(3_000))
    head.open("/classes/import")
    head.page.set_input_files("input[type=file]", path)
    head.page.get_by_role("button", name="Xem trước").click()
    wait_for(lambda: re.search(r"LOP-3\d\d", head.text()), 10, "a sentence with a code")


def slips_are_printed_once():
    homeroom.sign_in().open(f"/classes/{klass}/accounts")
    row = homeroom.page.locator("tr", has_text="Nguyễn Thị Mới")
    row.locator("input[type=checkbox]").check()
    homeroom.page.get_by_role("button", name=re.compile("[Pp]hiếu")).first.click()
    homeroom.page.wait_for_load_state()
    found = re.search(r"([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})", homeroom.text())
    assert found, homeroom.text()[:500]
    facts["secret"] = found.group(1)
    facts["login"] = "0700000041"
    stored = school.database("SELECT secret_hash FROM account_slip")
    assert all(facts["secret"] not in row[0] for row in stored)


def the_pupil_activates_once():
    page = pupil.page
    pupil.open("/activate")
    page.fill("#login", facts["login"])
    page.fill("#secret", facts["secret"].lower())
    page.fill("#password", "trăng rằm trung thu")
    page.fill("#again", "trăng rằm trung thu")
    page.press("#again", "Enter")
    page.wait_for_url(lambda url: "activat" not in url)
    pupil.sees("chờ thầy cô xác nhận")
    thief = Visitor(chromium, school, "thief").open("/activate")
    thief.page.fill("#login", facts["login"])
    thief.page.fill("#secret", facts["secret"])
    thief.page.fill("#password", "trăng rằm trung thu")
    thief.page.fill("#again", "trăng rằm trung thu")
    thief.page.press("#again", "Enter")
    thief.sees("không dùng được")
    thief.close()


def no_room_before_verification():
    lesson = school.database(f"SELECT id FROM lesson WHERE class_id = '{klass}' ORDER BY starts_at LIMIT 1")[0][0]
    facts["lesson"] = f"/lessons/{lesson}"
    pupil.open(facts["lesson"])
    pupil.sees("xác")
    refused = wait_for(lambda: school.database(
        "SELECT count(*) FROM ledger_event WHERE name = 'admission.refused' AND body LIKE '%accountUnverified%'")[0][0],
        10, "the refusal is recorded")
    assert refused >= 1


def the_homeroom_teacher_verifies():
    homeroom.open(f"/classes/{klass}/accounts")
    homeroom.page.get_by_role("button", name=re.compile("Xác nhận cả lớp")).click()
    homeroom.page.wait_for_load_state()
    wait_for(lambda: school.database(
        f"SELECT verified_at FROM account WHERE login = '{facts['login']}'")[0][0], 10, "verified")
    pupil.open(facts["lesson"])
    pupil.sees("41. ")


for name, body in [
    ("the head imports good rows only", head_imports_good_rows_only),
    ("importing again changes nothing", importing_again_changes_nothing),
    ("a broken file is refused in words", a_broken_file_is_refused_in_words),
    ("a slip is made and not stored", slips_are_printed_once),
    ("the pupil activates, once", the_pupil_activates_once),
    ("no room before verification", no_room_before_verification),
    ("the homeroom teacher verifies, then the lobby opens", the_homeroom_teacher_verifies),
]:
    checks.run(name, body)

chromium.close()
playwright.stop()
school.stop()
checks.end()
