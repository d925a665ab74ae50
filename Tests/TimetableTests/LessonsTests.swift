import Rules
import Storage
import TestKit
import Testing
import Timetable

@Suite struct LessonsTests {
  @Test("a weekly slot has its lessons four weeks ahead, and more each day", arguments: EngineKind.allCases)
  func fourWeeksAhead(_ kind: EngineKind) async throws {
    let school = try await TimetableFixture.make(kind)
    try await school.add(try school.slot())
    let made = try await school.ofClass()
    #expect(made.map { Day(at: $0.startsAt) } == (0..<4).map { school.monday.adding(days: 7 * $0) })
    #expect(made.first?.startsAt == school.monday.at(minutes: 480))
    #expect(
      made.allSatisfy {
        $0.openingMinutes == 15 && $0.subjectName == "Toán" && $0.teacherInCharge == school.minh
      })
    #expect(try await school.feature.extend() == 0)
    school.clock.advance(7 * .day)
    #expect(try await school.feature.extend() == 1)
    #expect(try await school.feature.extend() == 0)
  }

  @Test(
    "a clash of class or teacher is refused, also with lessons that are not made yet",
    arguments: EngineKind.allCases)
  func clashes(_ kind: EngineKind) async throws {
    let school = try await TimetableFixture.make(kind)
    try await school.add(try school.slot())
    await #expect(throws: UserError.classHasLesson(at: school.monday.at(minutes: 510))) {
      try await school.add(try school.slot(by: school.huy, at: 510))
    }
    await #expect(throws: UserError.teacherHasLesson(at: school.monday.at(minutes: 480))) {
      try await school.add(try school.slot(1))
    }
    try await school.add(try school.slot(1, at: 525))
    // Half a year ahead there is no row yet, but there will be a lesson.
    let later = school.monday.adding(days: 26 * 7)
    let (lessons, unit, maths, first, minh) = (
      school.lessons, school.unit, school.maths, school.classes[0], school.minh
    )
    let time = try #require(LessonTime(start: later.at(minutes: 490), end: later.at(minutes: 520)))
    await #expect(throws: UserError.self) {
      try await school.database.write { db in
        try lessons.addLesson(
          PlannedLesson(id: nil, schoolClass: first, teacher: minh, time: time), subject: maths, unit: unit,
          by: nil, in: db)
      }
    }
    #expect(try await school.ofClass().count == 4)
  }

  @Test(
    "exactly one person is in charge: the substitute while the decision stands",
    arguments: EngineKind.allCases)
  func substitute(_ kind: EngineKind) async throws {
    let school = try await TimetableFixture.make(kind)
    try await school.add(try school.slot())
    let first = try #require(try await school.ofClass().first)
    await #expect(throws: UserError.notASubstitute) { try await school.appoint(school.head, for: first.id) }
    await #expect(throws: UserError.notASubstitute) { try await school.appoint(school.minh, for: first.id) }
    try await school.appoint(school.huy, for: first.id)
    let after = try #require(try await school.ofClass().first)
    #expect(after.teacherInCharge == school.huy && after.regularTeacher == school.minh && after.isSubstituted)
    #expect(try await school.ofTeacher(school.huy).map(\.id) == [first.id])
    #expect(try await school.ofTeacher(school.minh).count == 3)
    // Whoever stands in is busy then, and the regular teacher is free.
    await #expect(throws: UserError.teacherHasLesson(at: first.startsAt)) {
      try await school.add(try school.slot(1, by: school.huy, until: school.monday))
    }
    let (lessons, id, head) = (school.lessons, school.classes[0], school.head)
    school.clock.advance(60)
    try await school.database.write {
      try lessons.withdrawSubstitute(for: first.id, of: id, by: head, in: $0)
    }
    school.clock.advance(60)
    #expect(try await school.ofClass().first?.teacherInCharge == school.minh)
  }

  @Test("an absence is covered for its days only", arguments: EngineKind.allCases)
  func absence(_ kind: EngineKind) async throws {
    let school = try await TimetableFixture.make(kind)
    try await school.add(try school.slot())
    let (lessons, unit, minh, huy, head, monday) =
      (school.lessons, school.unit, school.minh, school.huy, school.head, school.monday)
    try await school.database.write { db in
      try lessons.appointSubstitute(
        huy, forAbsence: minh, in: nil, unit: unit, from: monday, to: monday.adding(days: 7), by: head, in: db
      )
    }
    #expect(try await school.ofClass().map(\.teacherInCharge) == [huy, huy, minh, minh])
    #expect(try await school.ofTeacher(huy).count == 2)
  }

  @Test("an ended slot and a cancelled lesson stay visible as cancelled", arguments: EngineKind.allCases)
  func cancelled(_ kind: EngineKind) async throws {
    let school = try await TimetableFixture.make(kind)
    let slot = try await school.add(try school.slot())
    let first = try #require(try await school.ofClass().first)
    let (lessons, id, head) = (school.lessons, school.classes[0], school.head)
    try await school.database.write { try lessons.cancel(first.id, of: id, by: head, in: $0) }
    await #expect(throws: UserError.lessonHasBegun) {
      try await school.database.write { try lessons.cancel(first.id, of: id, by: head, in: $0) }
    }
    await #expect(throws: UserError.notFound) {
      try await school.database.write {
        try lessons.cancel(first.id, of: school.classes[1], by: head, in: $0)
      }
    }
    let now = school.clock.time
    let next = try await school.database.read { try lessons.next(ofClasses: [id], at: now, in: $0) }
    #expect(next.map { Day(at: $0.startsAt) } == school.monday.adding(days: 7))
    let end = school.monday.adding(days: 8)
    try await school.database.write { try lessons.endSlot(slot, of: id, on: end, by: head, in: $0) }
    #expect(try await school.ofClass().map(\.isCancelled) == [true, false, true, true])
    school.clock.advance(30 * .day)
    #expect(try await school.feature.extend() == 0)
  }

  @Test("the running lesson is next until it ends", arguments: EngineKind.allCases)
  func running(_ kind: EngineKind) async throws {
    let school = try await TimetableFixture.make(kind)
    try await school.add(try school.slot())
    let (lessons, id, minh, monday) = (school.lessons, school.classes[0], school.minh, school.monday)
    for (minute, days) in [(479, 0), (524, 0), (525, 7)] {
      let now = monday.at(minutes: minute)
      let next = try await school.database.read { db in
        [
          try lessons.next(ofClasses: [id], at: now, in: db),
          try lessons.next(ofTeacher: minh, at: now, in: db),
        ]
      }
      #expect(
        next.map { $0.map { Day(at: $0.startsAt) } } == [
          monday.adding(days: days), monday.adding(days: days),
        ])
    }
  }
}
