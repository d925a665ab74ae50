import Foundation
import Rules
import Storage
import TestKit
import Testing

/// Who was there, from when to when, to the second.
@Suite struct PresenceTests {
  @Test("the record and its file tell each stay to the second, on time, late and absent")
  func record() async throws {
    try await withClassroom { classroom in
      let at = { (minute: Int, second: Int64) in
        classroom.clock.set(classroom.school.today.at(minutes: minute) + second)
      }
      at(7 * 60 + 50, 0)
      let pupil = try await classroom.page(.pupil, in: "lobby")
      let teacher = try await classroom.page(.subjectTeacher, in: "room")
      at(7 * 60 + 58, 30)
      try await teacher.does("open")
      try await pupil.hears("that it is let in") { $0.place == "room" }
      at(8 * 60 + 7, 1)
      let classmate = try await classroom.page(.classmate, in: "room")
      at(8 * 60 + 10, 7)
      pupil.cut()
      try await teacher.hears("the lost line") { $0.isEvent("lineLost") }
      at(8 * 60 + 11, 6)
      let again = try await pupil.browser.page()
      #expect(try await again.enter(classroom.lesson, ticket: nil).t == "ok")
      at(8 * 60 + 30, 59)
      try await classmate.does("leave")
      at(8 * 60 + 45, 0)
      try await teacher.does("end")
      try await Self.check(classroom, teacher.browser)
    }
  }

  private static func check(_ classroom: Classroom, _ teacher: Browser) async throws {
    let file = try await teacher.get("/lessons/\(classroom.lesson)/record.csv")
    let lines = file.body.split(whereSeparator: \.isNewline)
    let stays = "07:50:00–07:58:30 (phòng chờ); 07:58:30–08:10:07; 08:11:06–08:45:00"
    #expect(
      lines.contains {
        $0 == "\"1\",\"Nguyễn Hoài An\",\"Đúng giờ\",\"2641\",\"07:50:00\",\"08:45:00\",\"\(stays)\""
      }, "\(file.body)")
    #expect(
      lines.contains {
        $0
          == "\"2\",\"Trần Bảo Bình\",\"Muộn 8 phút\",\"1438\",\"08:07:01\",\"08:30:59\",\"08:07:01–08:30:59\""
      }, "\(file.body)")
    #expect(lines.contains { $0 == "\"3\",\"Lê Gia Châu\",\"Vắng\",\"0\",\"\",\"\",\"\"" }, "\(file.body)")
    #expect(
      lines.contains {
        $0.hasPrefix("\"\",\"Dương Thị Vân\"") && $0.hasSuffix("\"07:50:00–08:45:00\"")
      }, "\(file.body)")
    let page = try await teacher.get("/lessons/\(classroom.lesson)/record").body
    for words in [
      stays, "Đúng giờ", "Muộn 8 phút", "rời sớm 15 phút", "Vắng", "Có mặt 2/5 học sinh", "44:01",
    ] {
      #expect(page.contains(words), "\(words)")
    }
    #expect(page.contains("Mở lớp 07:58:30, kết thúc 08:45:00."))
    let exported = try await classroom.database.read { db in
      try db.rows("SELECT actor_id FROM ledger_event WHERE name = 'lesson.record_exported'").count
    }
    #expect(exported == 1)
  }

  @Test("a seat to which nobody comes back is given up after a minute; the lesson ends by itself")
  func clockOfTheRooms() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
      pupil.cut()
      try await teacher.hears("the lost line") { $0.isEvent("lineLost") }
      classroom.clock.advance(60)
      try await eventually("the seat is given up") {
        try await !classroom.seats().contains(pupil.browser.person)
      }
      let again = try await pupil.browser.page()
      #expect(try await again.enter(classroom.lesson, ticket: nil).code == "LOP-403")
      classroom.clock.set(classroom.school.today.at(minutes: 8 * 60 + 55))
      try await teacher.hears("the end") { $0.isEvent("ended") }
    }
  }
}
