import Rules
import Testing

struct OpeningRulesTests {
  static let time = lessonTime(.onMonday(8, 0), minutes: 45)

  @Test func theDoorOpensFifteenMinutesBeforeAndClosesTenAfter() {
    let rules = OpeningRules.standard
    #expect(rules.door(Self.time, at: .onMonday(7, 44, 59)) == .notYet)
    #expect(rules.door(Self.time, at: .onMonday(7, 45)) == .open)
    #expect(rules.door(Self.time, at: .onMonday(8, 54, 59)) == .open)
    #expect(rules.door(Self.time, at: .onMonday(8, 55)) == .closed)
    #expect(rules.opensForTeacher(Self.time) == .onMonday(7, 0))
  }

  @Test(arguments: [-1, 0, 9, 61, .max]) func neverUnderTenMinutesNorOverAnHour(minutes: Int) {
    #expect(throws: UserError.openingOutOfRange(least: 10, most: 60)) {
      try OpeningRules(openingMinutes: minutes)
    }
  }

  @Test func tenMinutesAreEnoughAndGraceHasALimit() throws {
    #expect(try OpeningRules(openingMinutes: 10).opens(Self.time) == .onMonday(7, 50))
    #expect(throws: UserError.graceOutOfRange(most: 60)) { try OpeningRules(graceMinutes: 61) }
    #expect(LessonTime(start: .onMonday(8, 0), end: .onMonday(8, 0)) == nil)
  }
}

struct WeeklySlotTests {
  static let monday = Day(number: 20_703)
  static let (class6, class7) = (SchoolClass.ID(rawValue: "6A2"), SchoolClass.ID(rawValue: "7A1"))
  static let (an, binh) = (Person.ID(rawValue: "an"), Person.ID(rawValue: "binh"))

  private func slot(weekday: Int = 1, startMinute: Int = 480, length: Int = 45) throws -> WeeklySlot {
    try WeeklySlot(
      schoolClass: Self.class6, teacher: Self.an, weekday: weekday, startMinute: startMinute,
      lengthMinutes: length,
      first: Self.monday, last: Self.monday.adding(days: 27))
  }

  @Test func fourWeeksAreFourLessonsButForHolidays() throws {
    let (from, to) = (Self.monday.adding(days: -30), Self.monday.adding(days: 90))
    for weekday in 1...7 {
      let days = try slot(weekday: weekday).days(from: from, to: to)
      #expect(days.count == 4 && days.allSatisfy { $0.weekday == weekday } && days == days.sorted())
    }
    let holiday = Self.monday.adding(days: 7)
    let days = try slot().days(from: from, to: to, skipping: [holiday])
    #expect(days.count == 3 && !days.contains(holiday))
    #expect(try slot().days(from: to, to: from).isEmpty)
    #expect(try slot().lessons(from: from, to: to).first?.time.start == .onMonday(8, 0))
  }

  @Test(arguments: [(0, 480, 45), (8, 480, 45), (1, -1, 45), (1, 1_400, 45), (1, 480, 4), (1, 480, 241)])
  func impossibleSlotsAreRefused(weekday: Int, start: Int, length: Int) {
    #expect(throws: UserError.timetableSlotImpossible) {
      try slot(weekday: weekday, startMinute: start, length: length)
    }
  }

  private func lesson(_ id: String, _ schoolClass: SchoolClass.ID, _ teacher: Person.ID, _ minute: Int)
    -> PlannedLesson
  {
    .init(
      id: .init(rawValue: id), schoolClass: schoolClass, teacher: teacher,
      time: lessonTime(.onMonday(8, minute), minutes: 45))
  }

  @Test func clashesAreOfClassOrTeacherAndTouchingIsNone() throws {
    let first = lesson("1", Self.class6, Self.an, 0)
    #expect(
      TimetableClashes.among([first, lesson("2", Self.class6, Self.binh, 44)]).map(\.kind) == [.sameClass])
    #expect(
      TimetableClashes.among([lesson("2", Self.class7, Self.an, 30), first]).map(\.kind) == [.sameTeacher])
    #expect(TimetableClashes.among([first, lesson("2", Self.class6, Self.an, 45)]).isEmpty)
    #expect(TimetableClashes.among([first, lesson("2", Self.class7, Self.binh, 0)]).isEmpty)
    #expect(throws: UserError.teacherHasLesson(at: .onMonday(8, 30))) {
      try TimetableClashes.check([lesson("2", Self.class7, Self.an, 30)], beside: [first])
    }
  }

  @Test func theSweepFindsWhatComparingAllPairsFinds() {
    for seed in UInt64(1)...100 {
      var generator = SeededGenerator(seed)
      let lessons = (0..<12).map {
        lesson(
          "\($0)", generator.pick([Self.class6, Self.class7]), generator.pick([Self.an, Self.binh]),
          generator.below(600))
      }
      var pairs = 0
      for left in lessons.indices {
        for right in lessons.indices where right > left && lessons[left].time.overlaps(lessons[right].time) {
          pairs += lessons[left].schoolClass == lessons[right].schoolClass ? 1 : 0
          pairs += lessons[left].teacher == lessons[right].teacher ? 1 : 0
        }
      }
      #expect(TimetableClashes.among(lessons).count == pairs, "seed \(seed)")
    }
  }

  @Test func theClosestStandingDecisionSaysWhoTeaches() {
    let planned = lesson("1", Self.class6, Self.an, 0)
    let (chi, head) = (Person.ID(rawValue: "chi"), Person.ID(rawValue: "head"))
    let week = SubstituteDecision(
      scope: .days(of: Self.an, schoolClass: nil, from: Self.monday, to: Self.monday.adding(days: 4)),
      substitute: Self.binh, decidedBy: head, decidedAt: .onMonday(6, 0))
    let single = SubstituteDecision(
      scope: .lesson(.init(rawValue: "1")), substitute: chi, decidedBy: head, decidedAt: .onMonday(5, 0),
      withdrawnAt: .onMonday(7, 0))
    let who = { (now: Timestamp) in
      SubstituteRules.teacher(of: planned, decisions: [week, single], at: now).person
    }
    #expect(who(.onMonday(4, 0)) == Self.an)
    #expect(who(.onMonday(6, 30)) == chi)
    #expect(who(.onMonday(7, 0)) == Self.binh)
    let other = lesson("9", Self.class6, Self.binh, 0)
    #expect(SubstituteRules.teacher(of: other, decisions: [week], at: .onMonday(7, 0)) == .regular(Self.binh))
  }
}
