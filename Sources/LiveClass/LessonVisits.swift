import Identity
package import Rules
package import Storage

/// Announced visits as stored. The application asks here whether an announcement opens the door.
package enum LessonVisits {
  /// One standing announcement.
  package struct Line: Sendable, Equatable {
    package let lesson: Lesson.ID
    package let visitor: Person.ID
    package let name: String
    package let announcement: VisitRules.Announcement
    package let announcedAt: Timestamp

    /// “8:00–8:20”.
    package var time: String { "\(announcement.from.clock)–\(announcement.to.clock)" }
  }

  /// Standing announcements of lessons, by time.
  package static func lines(of lessons: [Lesson.ID], in db: any Connection) throws -> [Line] {
    guard !lessons.isEmpty else { return [] }
    return try lines(
      db.rows(
        """
        SELECT lesson_id, visitor_id, purpose, from_at, to_at, announced_at FROM lesson_visit
        WHERE lesson_id IN (\(list: lessons)) AND withdrawn_at IS NULL ORDER BY from_at, id
        """), in: db)
  }

  /// What somebody has announced and is still to come.
  static func lines(
    by visitor: Person.ID, from now: Timestamp, in db: any Connection
  ) throws -> [Line] {
    try lines(
      db.rows(
        """
        SELECT lesson_id, visitor_id, purpose, from_at, to_at, announced_at FROM lesson_visit
        WHERE visitor_id = \(visitor) AND to_at > \(now) AND withdrawn_at IS NULL ORDER BY from_at, id
        """), in: db)
  }

  private static func lines(_ rows: [Row], in db: any Connection) throws -> [Line] {
    let names = try People.names(of: Array(Set(rows.map { $0.id(1) })), in: db)
    return rows.map { row in
      let visitor: Person.ID = row.id(1)
      return Line(
        lesson: row.id(0), visitor: visitor, name: names[visitor] ?? "",
        announcement: .init(purpose: row.text(2), from: row.time(3), to: row.time(4)),
        announcedAt: row.time(5))
    }
  }

  /// Whether a person's announcement opens the door of a lesson now.
  package static func opensDoor(
    to person: Person.ID, of plan: LessonPlan, at now: Timestamp, in db: any Connection
  ) throws -> Bool {
    try lines(of: [plan.id], in: db).contains { line in
      line.visitor == person && VisitRules.counts(line.announcement, opening: plan.opening, at: now)
    }
  }

  /// - Throws: LOP-418 when the visit is announced already or the visitor teaches the lesson.
  static func announce(
    _ visit: VisitRules.Announcement, of plan: LessonPlan, by visitor: Person.ID, in db: Transaction
  ) throws {
    guard plan.teacher != visitor,
      try !lines(of: [plan.id], in: db).contains(where: { $0.visitor == visitor })
    else { throw UserError.visitNotNeeded }
    let made = try db.run(
      """
      INSERT INTO lesson_visit (id, lesson_id, visitor_id, purpose, from_at, to_at, announced_at)
      VALUES (\(Identifiers.make(Lesson.self)), \(plan.id), \(visitor), \(visit.purpose), \(visit.from), \(visit.to),
        \(db.at)) ON CONFLICT DO NOTHING
      """)
    guard made == 1 else { throw UserError.visitNotNeeded }
    try db.publish(
      Event(
        "visit.announced", unit: plan.unit, by: visitor, of: plan.id.rawValue,
        ["from": "\(visit.from)", "to": "\(visit.to)"]))
  }

  /// - Throws: LOP-111 when there is none.
  static func withdraw(by visitor: Person.ID, of plan: LessonPlan, in db: Transaction) throws {
    let withdrawn = try db.run(
      """
      UPDATE lesson_visit SET withdrawn_at = \(db.at)
      WHERE lesson_id = \(plan.id) AND visitor_id = \(visitor) AND withdrawn_at IS NULL
      """)
    guard withdrawn == 1 else { throw UserError.notFound }
    try db.publish(Event("visit.withdrawn", unit: plan.unit, by: visitor, of: plan.id.rawValue))
  }
}
