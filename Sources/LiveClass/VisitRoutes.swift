import Hummingbird
import Identity
import Jobs
import Rules
import Storage
import Web

/// Visits by an adult who answers for a lesson, and guests by a named adult's invitation. Both stand on record and are
/// seen by everybody in the room.
extension LiveClassFeature {
  func addVisitRoutes(to routes: inout Routes) {
    routes.get("/visits", .announceVisit, chooseLesson)
    let path = "/lessons/:lesson/visits"
    routes.get(path, .viewVisits) { try await visitsPage($0, $1) }
    routes.post(path, .announceVisit, announceVisit)
    routes.post(path + "/withdrawal", .announceVisit, withdrawVisit)
    routes.post("/lessons/:lesson/guests", .inviteGuest, inviteGuest)
    routes.post("/lessons/:lesson/guests/withdrawal", .inviteGuest, withdrawGuest)
  }

  // MARK: Choosing

  private func chooseLesson(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.requireSomewhere(.announceVisit)
    let now = services.database.now()
    let (ports, chosen) = (services.ports, request.query("at"))
    let view = try await services.database.read { db -> VisitPages.Choice in
      let places = try ports.visits.places(viewer, Day(at: now), db)
      let place = places.first { $0.key == chosen } ?? (places.count == 1 ? places[0] : nil)
      let lessons = try place.map { try ports.visits.lessons($0, now, now + 7 * .day, db) } ?? []
      let own = try LessonVisits.lines(by: viewer.person.id, from: now, in: db)
      let plans = try own.compactMap { line in try ports.plan(line.lesson, db).map { (line, $0) } }
      let names = try People.names(of: Array(Set(lessons.map(\.teacher))), in: db)
      return VisitPages.Choice(
        own: plans.map { .init(line: $0, plan: $1) }, places: places, place: place,
        lessons: lessons.filter { $0.teacher != viewer.person.id }, teachers: names)
    }
    return VisitPages.choose(view).response(in: context)
  }

  // MARK: One lesson

  private func visitsPage(
    _ request: Request, _ context: AppContext, problem: UserError? = nil, typed: Form? = nil
  ) async throws -> Response {
    let plan = try await plan(context)
    let viewer = try context.require(.viewVisits, on: plan.subject)
    let view = try await services.database.read { db -> VisitPages.View in
      let guests = try LiveStore.guests(of: plan.id, in: db)
      let names = try People.names(
        of: Array(Set(Array(guests.keys) + Array(guests.values) + [plan.teacher])), in: db)
      return VisitPages.View(
        plan: plan, teacher: names[plan.teacher] ?? "", visits: try LessonVisits.lines(of: [plan.id], in: db),
        guests: guests.sorted { $0.key < $1.key }.map { ($0.key, names[$0.key] ?? "", names[$0.value] ?? "") }
      )
    }
    let mayAnnounce = Permissions.allows(viewer, .announceVisit, on: plan.subject)
    return VisitPages.visits(
      view, viewer: viewer.person.id, mayAnnounce: mayAnnounce, mayInvite: mayInvite(viewer, plan),
      isOver: services.database.now() >= plan.time.end, problem: problem, typed: typed
    ).response(in: context, status: .init(code: problem?.kind.rawValue ?? 200))
  }

  private func announceVisit(_ request: Request, _ context: AppContext) async throws -> Response {
    let plan = try await plan(context)
    let viewer = try context.require(.announceVisit, on: plan.subject)
    let form = try await Form.read(request)
    let ports = services.ports
    do {
      try await services.database.write { db in
        let day = Day(at: plan.time.start)
        let visit = try VisitRules.announce(
          purpose: form["purpose"] ?? "", from: VisitPages.moment(form["from"], on: day),
          to: VisitPages.moment(form["to"], on: day), lesson: plan.time, at: db.at)
        try LessonVisits.announce(visit, of: plan, by: viewer.person.id, in: db)
        try ports.visits.tell(Self.message(visit, plan, from: viewer.person, at: db.at), db)
      }
      return .seeOther("/lessons/\(plan.id)/visits")
    } catch let error as UserError {
      return try await visitsPage(request, context, problem: error, typed: form)
    }
  }

  private static func message(
    _ visit: VisitRules.Announcement, _ plan: LessonPlan, from visitor: Person, at now: Timestamp
  ) -> NewMessage {
    NewMessage(
      unit: plan.unit, to: plan.teacher, by: [.page, .email], kind: "lesson.visit", cause: plan.id.rawValue,
      subject:
        "Dự giờ \(plan.subjectName) \(plan.className), \(visit.from.clock) ngày \(Day(at: visit.from).forPeople)",
      body:
        "\(visitor.name) báo dự giờ từ \(visit.from.clock) đến \(visit.to.clock).\nMục đích: \(visit.purpose)",
      link: "/lessons/\(plan.id)/visits",
      dedupeKey: "visit \(plan.id) \(visitor.id) \(now.seconds)", expiresAt: plan.time.end)
  }

  /// The announcement goes, and whoever sits in the lesson by it goes with it.
  private func withdrawVisit(_ request: Request, _ context: AppContext) async throws -> Response {
    let plan = try await plan(context)
    let viewer = try context.require(.announceVisit, on: plan.subject)
    try await services.database.write { try LessonVisits.withdraw(by: viewer.person.id, of: plan, in: $0) }
    await rooms.current(plan.id)?.revoke(viewer.person.id)
    return .seeOther("/lessons/\(plan.id)/visits")
  }

  // MARK: Guests

  /// The teacher in charge of this very lesson, or the school's head.
  private func mayInvite(_ viewer: Viewer, _ plan: LessonPlan) -> Bool {
    Permissions.allows(viewer, .inviteGuest, on: plan.subject)
      && (plan.teacher == viewer.person.id || viewer.units(as: .head).contains(plan.unit))
  }

  private func requireInviting(_ context: AppContext) async throws -> (plan: LessonPlan, viewer: Viewer) {
    let plan = try await plan(context)
    let viewer = try context.require(.inviteGuest, on: plan.subject)
    guard mayInvite(viewer, plan) else { throw UserError.notAllowed }
    return (plan, viewer)
  }

  /// A guest is a person with a verified account whom the inviting adult names by sign-in name; never a pupil.
  private func inviteGuest(_ request: Request, _ context: AppContext) async throws -> Response {
    let (plan, viewer) = try await requireInviting(context)
    let form = try await Form.read(request)
    let login = form["login"] ?? ""
    let ports = services.ports
    do {
      let guest = try await services.database.read { db -> Person.ID in
        let now = plan.time.start
        guard let account = try Accounts.account(login: login, in: db), account.state == .active,
          account.isVerified, try !ports.visits.isPupil(account.person, Day(at: now), db),
          RoomStanding.best(of: try ports.relations(account.person, plan, db)) == nil,
          try !LiveStore.isGuest(account.person, of: plan.id, in: db)
        else { throw UserError.notAGuest }
        return account.person
      }
      try await rooms.room(plan.id).perform(.admitGuest(guest), by: .office(viewer.person.id))
      try await services.database.write { db in
        try ports.visits.tell(Self.invitation(plan, to: guest, from: viewer.person, at: db.at), db)
      }
      return .seeOther("/lessons/\(plan.id)/visits")
    } catch let error as UserError {
      return try await visitsPage(request, context, problem: error, typed: form)
    }
  }

  private static func invitation(
    _ plan: LessonPlan, to guest: Person.ID, from host: Person, at now: Timestamp
  ) -> NewMessage {
    NewMessage(
      unit: plan.unit, to: guest, by: [.page, .email], kind: "lesson.invitation", cause: plan.id.rawValue,
      subject:
        "Mời dự tiết \(plan.subjectName) \(plan.className), \(plan.time.start.clock) ngày \(Day(at: plan.time.start).forPeople)",
      body: "\(host.name) mời bạn dự tiết học này. Mọi người trong lớp thấy tên bạn.",
      link: "/lessons/\(plan.id)", dedupeKey: "guest \(plan.id) \(guest) \(now.seconds)",
      expiresAt: plan.time.end)
  }

  private func withdrawGuest(_ request: Request, _ context: AppContext) async throws -> Response {
    let (plan, viewer) = try await requireInviting(context)
    let form = try await Form.read(request)
    guard let guest: Person.ID = form.id("person") else { throw UserError.missingField("Khách") }
    try await rooms.room(plan.id).perform(.withdrawGuest(guest), by: .office(viewer.person.id))
    return .seeOther("/lessons/\(plan.id)/visits")
  }
}
