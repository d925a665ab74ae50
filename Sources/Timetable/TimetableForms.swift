import Rules
import Web

/// What the planner typed, read into values of the rules.
enum TimetableForms {
  struct Slot: Sendable {
    let slot: WeeklySlot
    let subject: SchoolSubject.ID
    let opening: OpeningRules
  }

  struct Single: Sendable {
    let lesson: PlannedLesson
    let subject: SchoolSubject.ID
    let opening: OpeningRules
  }

  /// - Throws: LOP-490, LOP-492, LOP-496, LOP-497.
  static func slot(
    _ form: Form, schoolClass: SchoolClass.ID, teachings: [TimetablePorts.Teaching], today: Day, lastDay: Day
  ) throws(UserError) -> Slot {
    let teaching = try teaching(form, among: teachings)
    guard let weekday = form["weekday"].flatMap({ Int($0) }), let start = minute(form["start"]),
      let length = form["length"].flatMap({ Int($0) })
    else { throw .unreadableLessonTime }
    let first = try form["first"].map { text throws(UserError) in try day(text) } ?? today
    let slot = try WeeklySlot(
      schoolClass: schoolClass, teacher: teaching.teacher, weekday: weekday, startMinute: start,
      lengthMinutes: length,
      first: first, last: lastDay)
    return Slot(slot: slot, subject: teaching.subject, opening: try opening(form))
  }

  /// - Throws: LOP-490, LOP-492, LOP-495, LOP-496, LOP-497.
  static func single(
    _ form: Form, schoolClass: SchoolClass.ID, teachings: [TimetablePorts.Teaching], now: Timestamp
  ) throws(UserError) -> Single {
    let teaching = try teaching(form, among: teachings)
    guard let start = minute(form["start"]), let length = form["length"].flatMap({ Int($0) }),
      let on = form["day"]
    else {
      throw .unreadableLessonTime
    }
    let day = try day(on)
    // A single lesson keeps to the bounds of a weekly one of which there is only one day.
    let slot = try WeeklySlot(
      schoolClass: schoolClass, teacher: teaching.teacher, weekday: day.weekday, startMinute: start,
      lengthMinutes: length, first: day, last: day)
    guard let lesson = slot.lessons(from: day, to: day).first else { throw .unreadableLessonTime }
    guard lesson.time.start > now else { throw .lessonHasBegun }
    return Single(lesson: lesson, subject: teaching.subject, opening: try opening(form))
  }

  /// The value of a choice, so that a form can only name who really teaches there.
  static func value(_ teaching: TimetablePorts.Teaching) -> String {
    "\(teaching.subject) \(teaching.teacher)"
  }

  private static func teaching(
    _ form: Form, among teachings: [TimetablePorts.Teaching]
  ) throws(UserError) -> TimetablePorts.Teaching {
    let chosen = form["teaching"]
    guard let teaching = teachings.first(where: { value($0) == chosen }) else { throw .notAssigned }
    return teaching
  }

  private static func opening(_ form: Form) throws(UserError) -> OpeningRules {
    guard let text = form["opening"] else { return .standard }
    guard let minutes = Int(text) else { throw .unreadableLessonTime }
    return try OpeningRules(openingMinutes: minutes)
  }

  static func day(_ text: String) throws(UserError) -> Day {
    guard let day = Day(text) else { throw .unreadableLessonTime }
    return day
  }

  /// Minutes past midnight of `8:05` or `08:05`; browsers may add seconds.
  static func minute(_ text: String?) -> Int? {
    let parts = (text ?? "").split(separator: ":").map { Int($0) }
    guard parts.count >= 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
      (0..<60).contains(minute)
    else { return nil }
    return hour * 60 + minute
  }
}
