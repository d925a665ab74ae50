/// One place in the weekly timetable: “6A2, Toán, Monday at 8:00 for 45 minutes, from September to January”.
package struct WeeklySlot: Hashable, Sendable {
  package let schoolClass: SchoolClass.ID
  package let teacher: Person.ID
  /// 1 = Monday … 7 = Sunday.
  package let weekday: Int
  /// Minutes past midnight in Vietnam.
  package let startMinute: Int
  /// 5 ... 240.
  package let lengthMinutes: Int
  package let first: Day
  /// The last day on which a lesson may be, inclusive.
  package let last: Day

  /// - Throws: LOP-492 when weekday, time or length is out of range, the lesson would pass midnight, or the
  ///   last day lies before the first or more than two years after it.
  package init(
    schoolClass: SchoolClass.ID, teacher: Person.ID, weekday: Int, startMinute: Int, lengthMinutes: Int,
    first: Day, last: Day
  ) throws(UserError) {
    guard (1...7).contains(weekday), (0..<1_440).contains(startMinute), (5...240).contains(lengthMinutes),
      startMinute + lengthMinutes <= 1_440, first <= last, last.number - first.number <= 731
    else { throw .timetableSlotImpossible }
    self.schoolClass = schoolClass
    self.teacher = teacher
    self.weekday = weekday
    self.startMinute = startMinute
    self.lengthMinutes = lengthMinutes
    self.first = first
    self.last = last
  }

  /// The days on which this slot has a lesson.
  ///
  /// - Parameters:
  ///   - from: first day asked for, inclusive.
  ///   - to: last day asked for, inclusive; empty answer when it lies before `from`.
  ///   - holidays: days without lessons.
  /// - Returns: days in rising order, all within the slot's own first and last day.
  /// - Source: Hạ Long dispatch of May 2020, 1.2b (S3-8): the head publishes the timetable.
  package func days(from: Day, to: Day, skipping holidays: Set<Day> = []) -> [Day] {
    let begin = max(from, first)
    let end = min(to, last)
    var day = begin.adding(days: (weekday - begin.weekday + 7) % 7)
    var days: [Day] = []
    while day <= end {
      if !holidays.contains(day) { days.append(day) }
      day = day.adding(days: 7)
    }
    return days
  }

  /// The lessons of those days, in rising order. They have no key yet: the store gives it.
  package func lessons(from: Day, to: Day, skipping holidays: Set<Day> = []) -> [PlannedLesson] {
    days(from: from, to: to, skipping: holidays).compactMap { day in
      LessonTime(start: day.at(minutes: startMinute), end: day.at(minutes: startMinute + lengthMinutes)).map {
        PlannedLesson(id: nil, schoolClass: schoolClass, teacher: teacher, time: $0)
      }
    }
  }
}

/// One lesson in the timetable: of a class, by its regular teacher, at a time.
package struct PlannedLesson: Hashable, Sendable {
  /// Nil while the lesson is only proposed.
  package let id: Lesson.ID?
  package let schoolClass: SchoolClass.ID
  package let teacher: Person.ID
  package let time: LessonTime

  package init(id: Lesson.ID?, schoolClass: SchoolClass.ID, teacher: Person.ID, time: LessonTime) {
    self.id = id
    self.schoolClass = schoolClass
    self.teacher = teacher
    self.time = time
  }
}
