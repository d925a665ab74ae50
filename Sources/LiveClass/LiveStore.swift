import Foundation
import Identity
import Rules
import Storage

/// All SQL about a lesson that is running or has run.
enum LiveStore {
  // MARK: Taking a lesson up

  struct Loaded: Sendable {
    let plan: LessonPlan
    let state: LessonState
    let roster: [RosterSeat]
    /// The last number of the lesson's log.
    let lastSeq: Int64
    /// The last number of what `news` gives.
    let lastNews: Int64
    /// Who had a working line when the program last wrote that it was alive, and when that was.
    let cutOff: [Person.ID: PresenceInterval.Place]
    let aliveAt: Timestamp
    let isNew: Bool
  }

  /// Everything a node needs to run a lesson; nil when the timetable has no such lesson.
  static func load(_ lesson: Lesson.ID, _ ports: LiveClassPorts, at now: Timestamp, in db: any Connection)
    throws -> Loaded?
  {
    guard let plan = try ports.plan(lesson, db) else { return nil }
    let row = try db.row(
      "SELECT phase, is_locked, is_frozen, chat_mode, alive_at FROM live_lesson WHERE lesson_id = \(lesson)")
    let seatRows = try db.rows(
      """
      SELECT person_id, account_id, device_id, standing, place, is_live, permits, hand_up FROM live_seat
      WHERE lesson_id = \(lesson)
      """)
    var seats: [Person.ID: LessonState.Seat] = [:]
    var cutOff: [Person.ID: PresenceInterval.Place] = [:]
    for row in seatRows {
      let place = PresenceInterval.Place(rawValue: row.text(4)) ?? .lobby
      seats[row.id(0)] = LessonState.Seat(
        restoring: row.id(1), device: row.id(2), standing: try standing(row.text(3)), place: place,
        permits: .init(rawValue: UInt8(row.int(6))), handIsUp: row.flag(7))
      if row.flag(5) { cutOff[row.id(0)] = place }
    }
    let state = LessonState(
      restoring: lesson, time: plan.time, opening: plan.opening,
      phase: row.flatMap { .init(rawValue: $0.text(0)) } ?? .scheduled, isLocked: row?.flag(1) ?? false,
      isFrozen: row?.flag(2) ?? false, chatMode: row.flatMap { .init(rawValue: $0.text(3)) } ?? .off,
      seats: seats,
      bans: try bans(of: plan, in: db), guests: try guests(of: lesson, in: db))
    let last = try db.row("SELECT max(seq), max(at) FROM live_event WHERE lesson_id = \(lesson)")
    // What was written proves life as well as the mark does; a stay must not end before it began.
    let alive = max(row?.time(4) ?? now, last?.optionalTime(1) ?? .init(seconds: 0))
    let news =
      try db.row(
        "SELECT max(seq) FROM live_event WHERE lesson_id = \(lesson) AND kind IN ('chat', 'erased') AND is_public = 1"
      )?.optionalInteger(0) ?? 0
    return Loaded(
      plan: plan, state: state, roster: try ports.roster(plan.schoolClass, Day(at: plan.time.start), db),
      lastSeq: last?.optionalInteger(0) ?? 0, lastNews: news, cutOff: cutOff, aliveAt: alive,
      isNew: row == nil)
  }

  private static func standing(_ json: String) throws -> RoomStanding {
    try JSONDecoder().decode(RoomStanding.self, from: Data(json.utf8))
  }

  private static func bans(of plan: LessonPlan, in db: any Connection) throws -> [Person.ID: [Ban]] {
    let rows = try db.rows(
      """
      SELECT person_id, scope, by_id, until FROM lesson_ban
      WHERE class_id = \(plan.schoolClass) AND (scope = 'schoolClass' OR lesson_id = \(plan.id)) AND lifted_at IS NULL
      """)
    return rows.reduce(into: [:]) { bans, row in
      let ban = Ban(scope: .init(rawValue: row.text(1)) ?? .lesson, by: row.id(2), until: row.optionalTime(3))
      bans[row.id(0), default: []].append(ban)
    }
  }

  /// Who was invited, by which adult.
  static func guests(of lesson: Lesson.ID, in db: any Connection) throws -> [Person.ID: Person.ID] {
    let rows = try db.rows(
      "SELECT person_id, by_id FROM lesson_guest WHERE lesson_id = \(lesson) AND withdrawn_at IS NULL")
    return Dictionary(rows.map { ($0.id(0), $0.id(1)) }, uniquingKeysWith: { $1 })
  }

  static func isGuest(_ person: Person.ID, of lesson: Lesson.ID, in db: any Connection) throws -> Bool {
    try guests(of: lesson, in: db)[person] != nil
  }

  /// Lessons that were taken up and have not ended.
  static func running(in db: any Connection) throws -> [Lesson.ID] {
    try db.rows("SELECT lesson_id FROM live_lesson WHERE phase <> 'ended'").map { $0.id(0) }
  }

  static func begin(_ plan: LessonPlan, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO live_lesson (lesson_id, unit_id, class_id, phase, is_locked, is_frozen, chat_mode, alive_at)
      VALUES (\(plan.id), \(plan.unit), \(plan.schoolClass), 'scheduled', 0, 0, 'off', \(db.at))
      ON CONFLICT DO NOTHING
      """)
  }

  static func isAlive(_ lessons: [Lesson.ID], in db: Transaction) throws {
    try db.run("UPDATE live_lesson SET alive_at = \(db.at) WHERE lesson_id IN (\(list: lessons))")
  }

  // MARK: Writing

  static func append(_ row: LogRow, to lesson: Lesson.ID, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO live_event (lesson_id, seq, at, kind, person_id, by_id, is_public, body)
      VALUES (\(lesson), \(row.seq), \(row.at), \(row.kind), \(row.person), \(row.by), \(row.isPublic), \(row.body))
      """)
  }

  static func save(_ state: LessonState, in db: Transaction) throws {
    let hasOpened = state.phase == .open
    let hasEnded = state.phase == .ended
    try db.run(
      """
      UPDATE live_lesson SET phase = \(state.phase.rawValue), is_locked = \(state.isLocked),
        is_frozen = \(state.isFrozen), chat_mode = \(state.chatMode.rawValue), alive_at = \(db.at),
        opened_at = CASE WHEN \(hasOpened ? 1 : 0) = 1 THEN COALESCE(opened_at, \(db.at)) ELSE opened_at END,
        ended_at = CASE WHEN \(hasEnded ? 1 : 0) = 1 THEN COALESCE(ended_at, \(db.at)) ELSE ended_at END
      WHERE lesson_id = \(state.lesson)
      """)
  }

  /// A seat as it is now, or none any more.
  static func save(
    _ seat: LessonState.Seat?, of person: Person.ID, in lesson: Lesson.ID, _ db: Transaction
  ) throws {
    guard let seat else {
      try db.run("DELETE FROM live_seat WHERE lesson_id = \(lesson) AND person_id = \(person)")
      return
    }
    let standing = String(decoding: try JSONEncoder().encode(seat.standing), as: UTF8.self)
    try db.run(
      """
      INSERT INTO live_seat (lesson_id, person_id, account_id, device_id, standing, place, is_live, permits, hand_up)
      VALUES (\(lesson), \(person), \(seat.account), \(seat.device), \(standing), \(seat.place.rawValue),
        \(seat.isLive), \(Int(seat.permits.rawValue)), \(seat.handIsUp))
      ON CONFLICT (lesson_id, person_id) DO UPDATE SET account_id = excluded.account_id,
        device_id = excluded.device_id, standing = excluded.standing, place = excluded.place,
        is_live = excluded.is_live, permits = excluded.permits, hand_up = excluded.hand_up
      """)
  }

  static func ban(_ person: Person.ID, _ ban: Ban, _ plan: LessonPlan, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO lesson_ban (id, class_id, lesson_id, person_id, scope, by_id, at, until)
      VALUES (\(Identifiers.make(Lesson.self)), \(plan.schoolClass), \(plan.id), \(person), \(ban.scope.rawValue),
        \(ban.by), \(db.at), \(ban.until))
      """)
  }

  static func liftBans(of person: Person.ID, _ plan: LessonPlan, by adult: Person.ID, in db: Transaction)
    throws
  {
    try db.run(
      """
      UPDATE lesson_ban SET lifted_at = \(db.at), lifted_by = \(adult)
      WHERE class_id = \(plan.schoolClass) AND person_id = \(person) AND lifted_at IS NULL
        AND (scope = 'schoolClass' OR lesson_id = \(plan.id))
      """)
  }

  static func guest(_ person: Person.ID, of lesson: Lesson.ID, by adult: Person.ID, in db: Transaction) throws
  {
    try db.run(
      "INSERT INTO lesson_guest (lesson_id, person_id, by_id, at) VALUES (\(lesson), \(person), \(adult), \(db.at))"
    )
  }

  static func withdrawGuest(_ person: Person.ID, of lesson: Lesson.ID, in db: Transaction) throws {
    try db.run(
      """
      UPDATE lesson_guest SET withdrawn_at = \(db.at)
      WHERE lesson_id = \(lesson) AND person_id = \(person) AND withdrawn_at IS NULL
      """)
  }

  // MARK: Reading the log

  /// What the class has seen after a number, oldest first; an erased message without its words.
  static func news(of lesson: Lesson.ID, after seq: Int64, in db: any Connection) throws -> [(
    seq: Int64, text: String
  )] {
    let erased = Set(
      try db.rows("SELECT body FROM live_event WHERE lesson_id = \(lesson) AND kind = 'erased'")
        .compactMap { LiveJSON.message(of: $0.text(0)) })
    return try db.rows(
      """
      SELECT seq, body, kind FROM live_event
      WHERE lesson_id = \(lesson) AND is_public = 1 AND seq > \(seq) AND kind IN ('chat', 'erased')
      ORDER BY seq DESC LIMIT 300
      """
    ).reversed().map { row in
      let seq = row.integer(0)
      let isErased = row.text(2) == "chat" && erased.contains(String(seq))
      return (seq, isErased ? LiveJSON.erased(seq) : row.text(1))
    }
  }

  static func log(of lesson: Lesson.ID, in db: any Connection) throws -> [LogRow] {
    try db.rows(
      """
      SELECT seq, at, kind, person_id, by_id, is_public, body FROM live_event WHERE lesson_id = \(lesson) ORDER BY seq
      """
    ).map {
      LogRow(
        seq: $0.integer(0), at: $0.time(1), kind: $0.text(2), person: $0.optionalID(3), by: $0.optionalID(4),
        isPublic: $0.flag(5), body: $0.text(6))
    }
  }

  struct LessonHead: Sendable {
    let phase: LessonState.Phase
    let openedAt: Timestamp?
    let endedAt: Timestamp?
    let aliveAt: Timestamp
  }

  static func head(of lesson: Lesson.ID, in db: any Connection) throws -> LessonHead? {
    try db.row("SELECT phase, opened_at, ended_at, alive_at FROM live_lesson WHERE lesson_id = \(lesson)").map
    {
      .init(
        phase: .init(rawValue: $0.text(0)) ?? .scheduled, openedAt: $0.optionalTime(1),
        endedAt: $0.optionalTime(2),
        aliveAt: $0.time(3))
    }
  }

  static func seal(_ lesson: Lesson.ID, digest: String, in db: Transaction) throws {
    try db.run("UPDATE live_lesson SET digest = \(digest) WHERE lesson_id = \(lesson) AND digest IS NULL")
  }
}

/// One line of a lesson's append-only log.
struct LogRow: Sendable {
  let seq: Int64
  let at: Timestamp
  let kind: String
  let person: Person.ID?
  let by: Person.ID?
  /// True for what the class is shown; the body is then the message to the page.
  let isPublic: Bool
  let body: String
}
