"""The way of a real school, from nothing to a planned lesson, with the pages alone: no demonstration behind it."""

import base64
import hashlib
import hmac
import os
import re
import struct
import subprocess
import tempfile
import time

from harness import Checks, School, Visitor, browser, wait_for

PASSWORD = "sáng sớm mùa đông 2026"
LIST = """STT,Mã định danh Bộ GD&ĐT,Họ tên,Ngày sinh,Giới tính,Lớp học
1,0700000051,Nguyễn Thị Mới,05/09/2014,Nữ,6A1
2,0700000052,Trần Văn Hai,06/09/2014,Nam,6A1
"""


class RealSchool(School):
    """`lopan school` and `lopan serve` instead of the demonstration."""

    def start(self):
        if not hasattr(self, "slip"):
            made = subprocess.run(
                [self.program, "school", "--data", self.folder, "--name", "Trường THCS Suối Trong", "--code", "SUOITRONG",
                 "--head", "Vũ Thị Hạnh"], capture_output=True, text=True, check=True).stdout
            self.slip = (re.search(r"Sign-in name: (\S+)", made)[1], re.search(r"One-time code: (\S+)", made)[1])
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", self.folder, "--port", str(self.port), "--media", "none"],
            stdout=self.log, stderr=self.log, start_new_session=True)
        wait_for(self.answers, 60, "the server answers")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


checks = Checks()
school = RealSchool()
playwright, chromium = browser()
head = Visitor(chromium, school, "ht")
it = Visitor(chromium, school, "it", 360, 740)
facts = {}


def code_of(secret):
    """What an authenticator app would show now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def activate(visitor, login, secret):
    page = visitor.open("/activate").page
    page.fill("#login", login)
    page.fill("#secret", secret)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.press("#again", "Enter")
    page.wait_for_url(lambda url: "activat" not in url)


def press(visitor, words):
    visitor.page.get_by_role("button", name=re.compile(words)).first.click()
    visitor.page.wait_for_load_state()


def unit():
    return "/units/" + school.database("SELECT unit_id FROM school_roster UNION SELECT unit_id FROM school_year")[0][0]


def the_head_activates_and_sees_what_to_do():
    activate(head, *school.slip)
    head.page.wait_for_url(lambda url: "second-factor" in url)
    secret = re.sub(r"\s", "", head.page.locator("ol code").inner_text())
    head.page.fill("#code", code_of(secret))
    head.page.press("#code", "Enter")
    head.sees("Việc tiếp theo: Môn học")
    head.sees("chưa có mã dự phòng")


def recovery_codes_open_the_door_once():
    head.open("/account")
    head.page.fill("#codes-current", PASSWORD)
    press(head, "mã dự phòng")
    codes = head.page.locator("ol code").all_inner_texts()
    assert len(codes) == 10
    other = Visitor(chromium, school, "ht")
    for code, opens in [(codes[0], True), (codes[0], False)]:
        page = other.page
        other.context.clear_cookies()
        page.goto(school.url + "/sign-in")
        page.fill("#login", school.slip[0])
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(lambda url: "second-factor" in url)
        page.locator("summary").click()
        page.fill("#recovery_code", code)
        page.press("#recovery_code", "Enter")
        other.sees("Còn 9 trên 10 mã" if opens else "LOP-117")
    other.close()


def the_head_appoints_an_it_teacher():
    head.open(unit() + "/staff")
    head.page.fill("#people", "Đặng Văn Lâm; lam@suoitrong.example")
    press(head, "Thêm và tạo tài khoản")
    head.page.get_by_role("link", name="Đặng Văn Lâm").click()
    head.page.select_option("#function", "it_teacher")
    press(head, "Giao chức vụ")
    head.sees("Phụ trách CNTT")
    press(head, "In phiếu mới")
    login = head.page.locator(".slip .secret").all_inner_texts()
    activate(it, login[0], login[1])
    it.sees("Việc tiếp theo: Môn học")


def the_it_teacher_sets_the_school_up_on_a_phone():
    it.page.get_by_role("link", name="Làm việc này").click()
    press(it, "Thêm các môn đã chọn")
    it.sees("Trường đang dạy 13 môn")
    it.open("/")
    it.sees("Việc tiếp theo: Giáo viên")
    it.page.get_by_role("link", name="Làm việc này").click()
    it.page.fill("#people", "Trần Thị Minh\nLê Quang Huy; huy@suoitrong.example")
    press(it, "Thêm và tạo tài khoản")
    it.sees("Lê Quang Huy")
    it.open("/classes")
    it.page.fill("#names", "6A1")
    press(it, "Thêm lớp")
    it.open("/")
    it.sees("Việc tiếp theo: Lớp và phân công")
    it.page.get_by_role("link", name="Làm việc này").click()
    it.page.get_by_role("link", name="Lớp 6A1").click()
    it.page.select_option("#homeroom", label="Trần Thị Minh")
    maths = it.page.locator("tr", has_text="Toán").locator("select").first
    maths.select_option(label="Lê Quang Huy")
    press(it, "Lưu phân công")
    it.open("/")
    it.sees("Việc tiếp theo: Danh sách lớp")


def the_list_and_the_first_lesson():
    path = os.path.join(tempfile.mkdtemp(), "lop.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(LIST)
    it.open("/classes/import")
    it.page.set_input_files("input[type=file]", path)
    press(it, "Xem trước")
    press(it, "Nhập 2 dòng")
    it.sees("Đã nhập danh sách")
    it.open("/")
    it.sees("Việc tiếp theo: Thời khóa biểu")
    klass = school.database("SELECT id FROM school_class WHERE name = '6A1'")[0][0]
    it.open(f"/classes/{klass}/timetable")
    it.page.select_option("#weekday", "1")
    press(it, "Thêm tiết hằng tuần")
    it.sees("Tiết hằng tuần")
    it.open("/school")
    it.sees("Năm học đã sẵn sàng")
    lessons = school.database("SELECT id FROM lesson")
    assert lessons, "lessons are made ahead"
    facts["lesson"] = lessons[0][0]


def a_teacher_is_told_of_a_visit():
    head.open(f"/lessons/{facts['lesson']}/visits")
    head.page.fill("#purpose", "Thăm lớp tuần đầu")
    press(head, "Báo dự giờ")
    head.sees("Thăm lớp tuần đầu")
    it.open(unit() + "/staff")
    it.page.get_by_role("link", name="Lê Quang Huy").click()
    press(it, "In phiếu mới")
    login = it.page.locator(".slip .secret").all_inner_texts()
    teacher = Visitor(chromium, school, "gv", 360, 740)
    activate(teacher, login[0], login[1])
    teacher.sees("Dự giờ Toán 6A1")
    facts["teacher"] = teacher


def who_leaves_school_is_out_at_once():
    teacher = facts["teacher"]
    it.open(unit() + "/staff")
    it.page.get_by_role("link", name="Lê Quang Huy").click()
    it.page.get_by_label("Tôi chắc chắn").check()
    press(it, "Ghi nhận rời trường")
    assert "Lê Quang Huy" not in it.page.inner_text("table")
    teacher.open("/classes")
    assert "/sign-in" in teacher.page.url or "đăng nhập" in teacher.text(), teacher.text()[:300]


for name, body in [
    ("the head activates and sees what to do", the_head_activates_and_sees_what_to_do),
    ("recovery codes open the door once", recovery_codes_open_the_door_once),
    ("the head appoints an IT teacher", the_head_appoints_an_it_teacher),
    ("the IT teacher sets the school up on a phone", the_it_teacher_sets_the_school_up_on_a_phone),
    ("the class list and the first lesson", the_list_and_the_first_lesson),
    ("a teacher is told of a visit", a_teacher_is_told_of_a_visit),
    ("who leaves school is out at once", who_leaves_school_is_out_at_once),
]:
    checks.run(name, body)

chromium.close()
playwright.stop()
school.stop()
checks.end()
