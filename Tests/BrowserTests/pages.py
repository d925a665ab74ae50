"""Every page of every kind of person: axe finds nothing, nothing is wider than a phone, pictures are kept to be looked at."""

import os
import sys

from axe_playwright_python.sync_playwright import Axe

from harness import Checks, School, Visitor, browser

PICTURES = os.environ.get("PICTURES")
checks = Checks()
school = School()
playwright, chromium = browser()


def ids(login):
    return school.database(
        f"SELECT person_id FROM account WHERE login = '{login}'")[0][0]


klass = school.database("SELECT id FROM school_class WHERE name = '6A2'")[0][0]
lesson = school.database(f"SELECT id FROM lesson WHERE class_id = '{klass}' ORDER BY starts_at LIMIT 1")[0][0]
unit = school.database(f"SELECT unit_id FROM school_class WHERE id = '{klass}'")[0][0]
child = ids("thcs1.6a2.07")
teacher = ids("gv.thcs1.6a2")
school_unit = f"/units/{unit}"

PAGES = {
    None: ["/sign-in", "/activate", "/nothing-here"],
    "thcs1.6a2.07": ["/", "/timetable", "/account", f"/lessons/{lesson}"],
    "ph.thcs1.6a2.07": ["/", "/timetable", "/alarms", f"/children/{child}"],
    "gv.thcs1.6a2": ["/", "/classes", f"/classes/{klass}", f"/lessons/{lesson}", f"/lessons/{lesson}/record",
                     f"/classes/{klass}/passphrase", f"/classes/{klass}/timetable", f"/classes/{klass}/teachers",
                     f"/lessons/{lesson}/visits"],
    "cn.thcs1.6a2": ["/", f"/classes/{klass}/accounts", "/visits"],
    "ht.thcs1": ["/", "/classes", "/classes/import", f"/classes/{klass}/timetable", "/units", f"/units/{unit}", "/system",
                 "/school", "/account", "/visits", f"/lessons/{lesson}/visits", f"{school_unit}/staff/{teacher}"],
    "cntt.thcs1": ["/", "/system", f"/classes/{klass}/accounts", "/school", f"{school_unit}/years",
                   f"{school_unit}/subjects", f"{school_unit}/staff", f"{school_unit}/staff/{teacher}",
                   f"{school_unit}/assignments", f"/classes/{klass}/teachers"],
    "so.canbo": ["/", "/units", "/visits"],
}


def look(visitor, path, width):
    def body():
        visitor.page.set_viewport_size({"width": width, "height": 800})
        answer = visitor.page.goto(school.url + path)
        visitor.page.wait_for_timeout(300)
        assert path == "/nothing-here" or answer.status == 200, (path, answer.status, visitor.text()[:300])
        if PICTURES:
            name = f"{visitor.login or 'nobody'}-{path.strip('/').replace('/', '_')[:40] or 'home'}-{width}.png"
            visitor.page.screenshot(path=os.path.join(PICTURES, name), full_page=True)
        wide = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px wider than {width}"
        if width == 360:
            found = Axe().run(visitor.page)
            assert found.violations_count == 0, found.generate_report()[:3_000]
        assert not visitor.errors, visitor.errors
    checks.run(f"{visitor.login or 'nobody'} {path} at {width}", body)


for login, paths in PAGES.items():
    visitor = Visitor(chromium, school, login)
    if login:
        visitor.sign_in()
    for path in paths:
        for width in (360, 1280):
            look(visitor, path, width)
    visitor.close()

chromium.close()
playwright.stop()
school.stop()
checks.end()
