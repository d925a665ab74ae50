package import Jobs
package import Rules
package import Storage

/// What the alarms ask of other features; filled in by the application.
package struct AlarmPorts: Sendable {
  /// Who holds each function for a class on a day: its teachers, its head, and the guardians of the reporting pupil.
  package var holders: @Sendable (AlarmCase, Day, any Connection) throws -> [AlarmRecipient: [Person.ID]]
  /// As what somebody reports about a class.
  package var reporter: @Sendable (Person.ID, AlarmCase, any Connection) throws -> AlarmReporter
  /// What kind of person an alarm is about.
  package var subject: @Sendable (Person.ID, AlarmCase, any Connection) throws -> AlarmSubject

  package init(
    holders: @escaping @Sendable (AlarmCase, Day, any Connection) throws -> [AlarmRecipient: [Person.ID]],
    reporter: @escaping @Sendable (Person.ID, AlarmCase, any Connection) throws -> AlarmReporter,
    subject: @escaping @Sendable (Person.ID, AlarmCase, any Connection) throws -> AlarmSubject
  ) {
    self.holders = holders
    self.reporter = reporter
    self.subject = subject
  }
}

/// Where an alarm was raised and by whom.
package struct AlarmCase: Sendable {
  package let kind: AlarmKind
  package let unit: OrgUnit.ID
  package let schoolClass: SchoolClass.ID
  package let className: String
  package let lesson: Lesson.ID?
  /// Who teaches at this moment, substitutes counted.
  package let teacher: Person.ID?
  package let reporter: Person.ID?
  package let about: Person.ID?

  package init(
    kind: AlarmKind, unit: OrgUnit.ID, schoolClass: SchoolClass.ID, className: String, lesson: Lesson.ID?,
    teacher: Person.ID?, reporter: Person.ID?, about: Person.ID?
  ) {
    self.kind = kind
    self.unit = unit
    self.schoolClass = schoolClass
    self.className = className
    self.lesson = lesson
    self.teacher = teacher
    self.reporter = reporter
    self.about = about
  }
}

/// Raises alarms and tells whom the rules name, at once and as time goes on.
package struct AlarmDesk: Sendable {
  static let clock = "incidents.alarm_step"

  let outbox: Outbox
  let ports: AlarmPorts

  package init(outbox: Outbox, ports: AlarmPorts) {
    self.outbox = outbox
    self.ports = ports
  }

  /// Records an alarm and posts the first messages, all in the caller's transaction. S3-60 … S3-62.
  ///
  /// Never refused: a false alarm is dealt with by people, a lost one by nobody.
  package func raise(_ alarm: AlarmCase, in db: Transaction) throws {
    if try AlarmStore.isRepeat(alarm, at: db.at, in: db) { return }
    let id = Identifiers.make(Alarm.self)
    let reporter: AlarmReporter = try alarm.reporter.map { try ports.reporter($0, alarm, db) } ?? .system
    try db.run(
      """
      INSERT INTO alarm (id, unit_id, class_id, class_name, lesson_id, kind, reporter_id, reporter_as, about_id, at)
      VALUES (\(id), \(alarm.unit), \(alarm.schoolClass), \(alarm.className), \(alarm.lesson), \(alarm.kind.rawValue),
        \(alarm.reporter), \(reporter.rawValue), \(alarm.about), \(db.at))
      """)
    try db.publish(
      Event(
        "alarm.raised", unit: alarm.unit, by: alarm.reporter, of: id.rawValue,
        ["kind": alarm.kind.rawValue, "class": alarm.schoolClass.rawValue, "as": reporter.rawValue]))
    try tell(id, alarm, reporter: reporter, raisedAt: db.at, in: db)
  }

  /// Taken up by the clock: who is owed the news by now, and was not told yet.
  package var clockHandler: ClockHandler {
    ClockHandler(Self.clock) { clock, db in
      guard let stored = try AlarmStore.find(.init(rawValue: clock.subject), in: db) else { return }
      if try AlarmStore.isAcknowledged(stored.id, in: db) { return }
      try tell(stored.id, stored.alarm, reporter: stored.reporter, raisedAt: stored.at, in: db)
    }
  }

  private func tell(
    _ id: Alarm.ID, _ alarm: AlarmCase, reporter: AlarmReporter, raisedAt: Timestamp, in db: Transaction
  ) throws {
    let subject = try alarm.about.map { try ports.subject($0, alarm, db) } ?? .unknown
    let told = try AlarmStore.told(id, in: db)
    let age = db.at - raisedAt
    let owed = AlarmRules.owed(alarm.kind, reporter: reporter, subject: subject, age: age, told: told)
    let holders = try ports.holders(alarm, Day(at: raisedAt), db)
    let found = AlarmAddressees.of(owed, holders: holders, subject: alarm.about, reporter: alarm.reporter)
    for addressee in found.addressees {
      try AlarmStore.note(addressee, of: id, in: db)
      try outbox.post(message(id, alarm, to: addressee.person, as: addressee.recipient), in: db)
    }
    for person in found.leftOut { try AlarmStore.except(person, why: "subject", of: id, in: db) }
    for recipient in found.unfilled { try AlarmStore.except(recipient, of: id, in: db) }
    let plan = AlarmRules.plan(alarm.kind, reporter: reporter, subject: subject)
    if let next = plan.map({ raisedAt + $0.after }).filter({ $0 > db.at }).min() {
      try DueClocks.set(
        Self.clock, of: id.rawValue, version: next.seconds, unit: alarm.unit, due: next, in: db)
    }
  }

  /// Words for the page and the letter. A letter leaves the school, so neither names a pupil.
  private func message(
    _ id: Alarm.ID, _ alarm: AlarmCase, to person: Person.ID, as recipient: AlarmRecipient
  ) -> NewMessage {
    let isFamily = recipient == .guardian
    let body =
      isFamily
      ? "\(AlarmWords.what(alarm.kind)) trong lớp \(alarm.className). Thầy cô đã được báo cùng lúc. Mời phụ huynh mở trang để xem và ở bên con."
      : "\(AlarmWords.what(alarm.kind)) trong lớp \(alarm.className). Mời thầy cô mở trang để xem và xử lý ngay."
    return NewMessage(
      unit: alarm.unit, to: person, by: [.page, .email], kind: "alarm.\(alarm.kind.rawValue)",
      cause: id.rawValue,
      subject: "\(AlarmWords.title(alarm.kind)) – lớp \(alarm.className)", body: body, link: "/alarms/\(id)",
      urgency: alarm.kind == .needsHelp ? .normal : .urgent, dedupeKey: "alarm:\(id)")
  }
}

/// An alarm raised in or about a class.
package enum Alarm { package typealias ID = Identifier<Alarm> }

enum AlarmWords {
  static func title(_ kind: AlarmKind) -> String {
    switch kind {
    case .stranger: "Có người lạ"
    case .badContent: "Có nội dung xấu"
    case .needsHelp: "Học sinh cần giúp"
    case .securityLost: "Lớp mất an toàn"
    case .doubleUse: "Một tài khoản, hai thiết bị"
    case .teacherLost: "Lớp đang không có giáo viên"
    }
  }

  static func what(_ kind: AlarmKind) -> String {
    switch kind {
    case .stranger: "Có người báo thấy người lạ"
    case .badContent: "Có người báo thấy nội dung xấu"
    case .needsHelp: "Một học sinh bấm “Em cần giúp”"
    case .securityLost: "Có người báo mất an toàn"
    case .doubleUse: "Một tài khoản được dùng trên thiết bị thứ hai"
    case .teacherLost: "Giáo viên mất kết nối"
    }
  }

  static func recipient(_ recipient: AlarmRecipient) -> String {
    switch recipient {
    case .teacherInCharge: "Giáo viên đang dạy"
    case .homeroomTeacher: "Giáo viên chủ nhiệm"
    case .guardian: "Phụ huynh"
    case .head: "Hiệu trưởng"
    case .deputyHead: "Phó hiệu trưởng"
    case .receivingAuthority: "Cơ quan quản lý"
    }
  }
}
