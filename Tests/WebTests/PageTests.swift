import NIOCore
import Rules
import TestKit
import Testing

@testable import Web

@Suite struct PageTests {
  @Test(
    "what is interpolated is text, also between quotes",
    arguments: [
      ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"), ("a\u{0}b", "a\u{FFFD}b"), ("Ánh", "Ánh"),
      ("&lt;", "&amp;lt;"),
    ])
  func escaping(_ text: String, _ shown: String) {
    let html: HTML = "<p title=\"\(text)\">\(text)</p>"
    #expect(html.text == "<p title=\"\(shown)\">\(shown)</p>")
    let optional: String? = text
    #expect(("\(optional)" as HTML).text == shown)
    #expect(("\(person: text)" as HTML).text == "<bdi>\(shown)</bdi>")
    #expect(("\(Identifier<Lesson>(rawValue: text))" as HTML).text == shown)
  }

  @Test func markupIsInterpolatedOnce() {
    let typed = "&"
    let part: HTML = "<b>\(typed)</b>"
    #expect(("<p>\(part)\([part, part])</p>" as HTML).text == "<p><b>&amp;</b><b>&amp;</b><b>&amp;</b></p>")
    let none: HTML? = nil
    #expect(("\(none)\("x", when: false)" as HTML).text == "")
  }

  @Test func nothingThatIsTypedLeavesItsPlace() {
    let dangerous = Array("<>\"'&\u{0}a`=/")
    for seed in UInt64(1)...500 {
      var generator = SeededGenerator(seed)
      let text = String((0..<20).map { _ in dangerous.randomElement(using: &generator) ?? "a" })
      let inside = ("\(text)" as HTML).text
      #expect(!inside.contains(where: { "<>\"'\u{0}".contains($0) }), "seed \(seed)")
    }
  }

  private static func viewer(_ roles: [Role], isFullySignedIn: Bool = true) -> Viewer {
    let unit = OrgUnit.ID(rawValue: "u")
    return Viewer(
      person: Person(id: .init(rawValue: "p"), name: "<Người> thử"), account: .init(rawValue: "a"),
      session: .init(rawValue: "s"), isVerified: true, isFullySignedIn: isFullySignedIn,
      memberships: roles.map { Membership($0, unit: unit) })
  }

  @Test(
    "the places at the top are those that open",
    arguments: [
      ([Role.pupil], ["/", "/timetable"]), ([.guardian], ["/", "/timetable", "/alarms"]),
      ([.subjectTeacher], ["/", "/classes", "/timetable", "/alarms"]),
      ([.head], ["/", "/classes", "/timetable", "/alarms", "/school", "/system"]),
      ([.itTeacher], ["/", "/classes", "/timetable", "/school", "/system"]),
      ([.officer], ["/", "/units", "/visits"]),
      ([], ["/"]),
    ])
  func navigation(_ roles: [Role], _ paths: [String]) {
    #expect(Navigation.items(for: Self.viewer(roles)).map(\.path) == paths)
    #expect(Navigation.items(for: Self.viewer(roles, isFullySignedIn: false)) == [])
  }

  @Test func theFrameIsStrictAndSaysWhatItIs() {
    for isDemo in [true, false] {
      for layout in [Page.Layout.page, .lesson, .print] {
        let page = Page("Trang <thử>", layout: layout, body: "<h1>x</h1>")
        let text = page.html(
          for: Self.viewer([.pupil]), site: Site(name: "Trường <Thử>", isDemo: isDemo), at: "/"
        ).text
        #expect(text.hasPrefix("<!doctype html>") && text.contains("<html lang=\"vi\""))
        #expect(!text.contains("<Người>") && !text.contains("<thử>") && !text.contains("<Thử>"))
        #expect(text.contains("hư cấu") == isDemo, "\(layout)")
        #expect(!text.contains("<script>") && !text.contains(" style=") && !text.contains("http://"))
      }
    }
  }

  @Test func everyFileIsServedFromOurselvesAndNamesNobodyElse() {
    #expect(Assets.files.count > 5)
    for (name, file) in Assets.files where name.hasSuffix(".css") || name.hasSuffix(".js") {
      let text = String(buffer: file.plain)
      #expect(!text.contains("https://") && !text.contains("@import url(http"), "\(name)")
      #expect(!text.contains("eval(") && !text.contains("innerHTML"), "\(name)")
    }
  }
}
