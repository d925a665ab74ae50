package import Rules
package import Storage

/// What first pages say of lessons that run now, as stored.
package enum LessonNow {
  /// Those of the lessons that a teacher has opened and nobody has ended.
  package static func open(of lessons: [Lesson.ID], in db: any Connection) throws -> Set<Lesson.ID> {
    guard !lessons.isEmpty else { return [] }
    return Set(
      try db.rows(
        "SELECT lesson_id FROM live_lesson WHERE lesson_id IN (\(list: lessons)) AND phase = 'open'"
      ).map { $0.id(0) })
  }

  /// Whether somebody has a seat in the room of the open lesson and their line stands.
  package static func holds(_ person: Person.ID, in lesson: Lesson.ID, in db: any Connection) throws -> Bool {
    try db.row(
      """
      SELECT 1 FROM live_seat JOIN live_lesson ON live_lesson.lesson_id = live_seat.lesson_id
      WHERE live_seat.lesson_id = \(lesson) AND person_id = \(person) AND place = 'room' AND is_live = 1
        AND phase = 'open'
      """) != nil
  }
}
