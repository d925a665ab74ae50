import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Realtime
import Rules
import Storage
import Web

extension LiveClassFeature {
  /// The lesson as planned; LOP-111 when there is none.
  func plan(_ context: AppContext) async throws -> LessonPlan {
    let id: Lesson.ID = try context.id("lesson")
    let ports = services.ports
    guard let plan = try await services.database.read({ try ports.plan(id, $0) }) else {
      throw UserError.notFound
    }
    return plan
  }

  /// As `AppContext.require`; a refusal leaves its record.
  func require(_ action: Action, of plan: LessonPlan, _ context: AppContext) async throws -> Viewer {
    var subject = plan.subject
    if let viewer = context.viewer, action == .enterLesson || action == .raiseAlarm,
      !Permissions.allows(viewer, action, on: subject),
      try await services.database.read({ try LiveStore.isGuest(viewer.person.id, of: plan.id, in: $0) })
    {
      // Invited to this very lesson by an adult: the table's row for the own person.
      subject = Subject(unit: plan.unit, above: plan.above, person: viewer.person.id)
    }
    do {
      return try context.require(action, on: subject)
    } catch {
      if let viewer = context.viewer { await outsiders.turnedAway(viewer, from: plan, action) }
      throw error
    }
  }

  /// One page for lobby and room: nobody is sent from address to address at 7:59.
  @Sendable func lessonPage(_ request: Request, _ context: AppContext) async throws -> Response {
    let plan = try await plan(context)
    let viewer = try await require(.enterLesson, of: plan, context)
    let now = services.database.now()
    let ports = services.ports
    let (role, roster, visits, head) = try await services.database.read { db in
      let role = RoomStanding.best(of: try ports.relations(viewer.person.id, plan, db))?.role
      // Who is in the class, and who will visit, stands on the teacher's page alone.
      let isTeacher = role == .teacher
      return (
        role, isTeacher ? try ports.roster(plan.schoolClass, Day(at: plan.time.start), db) : [],
        isTeacher ? try LessonVisits.lines(of: [plan.id], in: db) : [],
        try LiveStore.head(of: plan.id, in: db)
      )
    }
    if head?.phase == .ended || now >= plan.opening.closes(plan.time) {
      return LessonPages.over(plan, viewer: viewer).response(in: context)
    }
    return LessonPages.lesson(
      plan, viewer: viewer, role: role, roster: roster, visits: visits, now: now,
      houseRules: HouseRules.basic
    ).response(in: context)
  }

  /// A ticket for the door: one use, one minute, bound to account, lesson and device. Having one is not being let in.
  @Sendable func createTicket(_ request: Request, _ context: AppContext) async throws -> Response {
    struct Ticket: Encodable {
      let ticket: String
      let seconds: Int64
    }
    let plan = try await plan(context)
    let viewer = try await require(.enterLesson, of: plan, context)
    let token = Secrets.token()
    try await services.database.write { db in
      guard let key = try Sessions.deviceKey(viewer.session, in: db) else {
        throw UserError.deviceNotRecognised
      }
      try DoorStore.issueTicket(
        token, lesson: plan.id, account: viewer.account, device: LivePage.device(of: key), in: db)
    }
    return try .json(Ticket(ticket: token, seconds: DoorStore.ticketLifetime), status: .created)
  }

  /// The safety buttons without a live connection: the same alarm by an ordinary form.
  @Sendable func createAlarm(_ request: Request, _ context: AppContext) async throws -> Response {
    let plan = try await plan(context)
    let viewer = try await require(.raiseAlarm, of: plan, context)
    let form = try await Form.read(request)
    guard form["confirmed"] == "1" else { return LessonPages.confirmAlarm(plan).response(in: context) }
    let kind: AlarmKind = form["kind"] == "help" ? .needsHelp : .stranger
    let raised = RaisedAlarm(kind: kind, plan: plan, reporter: viewer.person.id, about: nil)
    let raise = services.ports.raise
    try await services.database.write { try raise(raised, $0) }
    if request.wantsJSON { return Response(status: .created) }
    return LessonPages.alarmReceived(plan).response(in: context, status: .created)
  }

  @Sendable func liftBan(_ request: Request, _ context: AppContext) async throws -> Response {
    let plan = try await plan(context)
    let viewer = try await require(.liftBan, of: plan, context)
    let form = try await Form.read(request)
    guard let person: Person.ID = form.id("person") else { throw UserError.missingField("học sinh") }
    let room = try await rooms.room(plan.id)
    try await room.perform(.liftBan(person), by: .office(viewer.person.id))
    return .seeOther("/lessons/\(plan.id)/record")
  }

  // MARK: Class password

  private typealias FoundClass = (id: SchoolClass.ID, subject: Subject, name: String)

  private func require(_ action: Action, of found: FoundClass, _ context: AppContext) async throws -> Viewer {
    do {
      return try context.require(action, on: found.subject)
    } catch {
      if let viewer = context.viewer {
        await outsiders.turnedAway(viewer, from: found.id, found.subject, action)
      }
      throw error
    }
  }

  private func schoolClass(_ context: AppContext) async throws -> FoundClass {
    let id: SchoolClass.ID = try context.id("class")
    let ports = services.ports
    guard let found = try await services.database.read({ try ports.classSubject(id, $0) }) else {
      throw UserError.notFound
    }
    return (id, found.subject, found.name)
  }

  @Sendable func passphrasePage(_ request: Request, _ context: AppContext) async throws -> Response {
    let found = try await schoolClass(context)
    let viewer = try await require(.viewClassPassphrase, of: found, context)
    let (passphrase, isNeeded) = try await services.database.read { db in
      (try DoorStore.passphrase(of: found.id, in: db), try DoorStore.needsPassphrase(found.id, in: db))
    }
    let mayRotate = Permissions.allows(viewer, .rotateClassPassphrase, on: found.subject)
    return PassphrasePages.passphrase(
      found.id, className: found.name, passphrase: passphrase, isNeeded: isNeeded, mayRotate: mayRotate,
      now: services.database.now()
    ).response(in: context)
  }

  @Sendable func rotatePassphrase(_ request: Request, _ context: AppContext) async throws -> Response {
    let found = try await schoolClass(context)
    let viewer = try await require(.rotateClassPassphrase, of: found, context)
    guard let unit = found.subject.unit else { throw UserError.notFound }
    try await services.database.write { db in
      let isFirst = try DoorStore.passphrase(of: found.id, in: db) == nil
      try DoorStore.rotate(
        found.id, unit: unit, because: isFirst ? .first : .asked, by: viewer.person.id, in: db)
    }
    await rooms.forgetSecrets(of: found.id)
    return .seeOther("/classes/\(found.id)/passphrase")
  }

  @Sendable func changeDoor(_ request: Request, _ context: AppContext) async throws -> Response {
    let found = try await schoolClass(context)
    let viewer = try await require(.rotateClassPassphrase, of: found, context)
    guard let unit = found.subject.unit else { throw UserError.notFound }
    let isNeeded = try await Form.read(request).isChecked("needed")
    try await services.database.write { db in
      try DoorStore.setNeedsPassphrase(isNeeded, for: found.id, in: db)
      if isNeeded, try DoorStore.passphrase(of: found.id, in: db) == nil {
        try DoorStore.rotate(found.id, unit: unit, because: .first, by: viewer.person.id, in: db)
      }
      try db.publish(
        Event(
          "class_door.changed", unit: unit, by: viewer.person.id, of: found.id.rawValue,
          ["needsPassphrase": isNeeded ? "yes" : "no"]))
    }
    await rooms.forgetSecrets(of: found.id)
    return .seeOther("/classes/\(found.id)/passphrase")
  }
}

/// What every pupil is reminded of in the lobby. S3-41 … S3-50; the school's own rules come with the regulations.
enum HouseRules {
  static let basic = [
    "Vào lớp trước ít nhất 10 phút, ngồi nơi yên tĩnh.",
    "Tên hiển thị là tên thật trong danh sách lớp, không ai đổi được.",
    "Không đưa tài khoản, mật khẩu hay đường dẫn lớp cho ai.",
    "Bật mic, camera khi thầy cô mời; giơ tay khi muốn nói.",
    "Chỉ viết điều liên quan đến bài học, lời lẽ tôn trọng.",
    "Thấy người lạ hoặc điều làm em sợ: bấm “Có người lạ” ngay.",
  ]
}
