import Hummingbird
import Identity
import Rules
import Storage
import Web

extension TimetableFeature {
  func addTimetableRoutes(to routes: inout Routes) {
    routes.get("/timetable", .viewTimetable, showOwn)
    routes.get("/classes/:class/timetable", .viewTimetable, showClass)
  }

  var today: Day { Day(at: database.now()) }

  // MARK: One's own week

  private func showOwn(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.requireSomewhere(.viewTimetable)
    let week = Week(of: request.query("week").flatMap { Day($0) } ?? today)
    let now = database.now()
    let found = try await database.read { db in try sections(for: viewer, week, at: now, in: db) }
    return TimetablePages.own(found, week, today: Day(at: now)).response(in: context)
  }

  private func sections(
    for viewer: Viewer, _ week: Week, at now: Timestamp, in db: any Connection
  ) throws -> [TimetablePages.Section] {
    var sections: [TimetablePages.Section] = []
    if viewer.holds(.subjectTeacher) || viewer.holds(.homeroomTeacher) {
      let plans = try lessons.lessons(
        ofTeacher: viewer.person.id, from: week.start, to: week.end, at: now, in: db)
      sections.append(.init(title: "Tiết của thầy cô", lines: try lines(plans, of: viewer, in: db)))
    }
    for schoolClass in viewer.classes(as: .pupil) {
      let plans = try lessons.lessons(ofClass: schoolClass, from: week.start, to: week.end, at: now, in: db)
      sections.append(.init(title: "Tiết của em", lines: try lines(plans, of: viewer, in: db)))
    }
    for membership in viewer.memberships where membership.role == .guardian {
      guard let schoolClass = membership.schoolClass, let child = membership.child else { continue }
      let name = try People.names(of: [child], in: db)[child] ?? ""
      let plans = try lessons.lessons(ofClass: schoolClass, from: week.start, to: week.end, at: now, in: db)
      sections.append(
        .init(title: "Tiết của \(name)", lines: try lines(plans, of: viewer, in: db), mayEnter: false))
    }
    for unit in Set(viewer.units(as: .head) + viewer.units(as: .itTeacher)).sorted() {
      let ids = try ports.classesOfSchool(unit, Day(at: now), db)
      let classes = try ports.classes(ids, db)
      sections.append(
        .init(
          title: "Các lớp của trường", classes: ids.compactMap { id in classes[id].map { (id, $0.name) } }))
    }
    return sections
  }

  /// Lessons with the names that the page shows.
  private func lines(
    _ plans: [LessonPlan], of viewer: Viewer, in db: any Connection
  ) throws -> [TimetablePages.Line] {
    let names = try People.names(
      of: Array(Set(plans.flatMap { [$0.teacherInCharge, $0.regularTeacher] })), in: db)
    let classes = try ports.classes(Array(Set(plans.map(\.schoolClass))), db)
    return plans.map { plan in
      .init(
        plan: plan, className: classes[plan.schoolClass]?.name ?? "",
        teacher: names[plan.teacherInCharge] ?? "",
        regular: names[plan.regularTeacher] ?? "", isOwn: plan.teacherInCharge == viewer.person.id)
    }
  }

  // MARK: A class

  /// A class with the viewer who may do this to its timetable.
  func require(
    _ action: Action, _ context: AppContext
  ) async throws -> (viewer: Viewer, id: SchoolClass.ID, info: TimetablePorts.ClassInfo, subject: Subject) {
    let id: SchoolClass.ID = try context.id("class")
    let today = today
    let found = try await database.read { db -> (TimetablePorts.ClassInfo, Subject)? in
      guard let info = try ports.classes([id], db)[id], let subject = try ports.permission(id, today, db)
      else {
        return nil
      }
      return (info, subject)
    }
    guard let (info, subject) = found else { throw UserError.notFound }
    return (try context.require(action, on: subject), id, info, subject)
  }

  private func showClass(_ request: Request, _ context: AppContext) async throws -> Response {
    try await classPage(request, context).response(in: context)
  }

  /// - Parameter problem: what was refused, said above the form; nothing was changed.
  func classPage(
    _ request: Request, _ context: AppContext, problem: UserError? = nil, typed: Form? = nil
  ) async throws -> Page {
    let (viewer, id, info, subject) = try await require(.viewTimetable, context)
    let week = Week(of: request.query("week").flatMap { Day($0) } ?? today)
    let now = database.now()
    let mayEdit = Permissions.allows(viewer, .editTimetable, on: subject)
    let view = try await database.read { db in
      let plans = try lessons.lessons(ofClass: id, from: week.start, to: week.end, at: now, in: db)
      let slots = mayEdit ? try lessons.slots(ofClass: id, from: Day(at: now), in: db) : []
      let teachings = mayEdit ? try ports.teachings(id, Day(at: now), db) : []
      return TimetablePages.ClassView(
        id: id, name: info.name, lines: try lines(plans, of: viewer, in: db), slots: slots,
        teachings: teachings,
        people: try People.names(of: Array(Set(teachings.map(\.teacher) + slots.map(\.teacher))), in: db),
        subjects: try ports.subjectNames(Array(Set(teachings.map(\.subject) + slots.map(\.subject))), db))
    }
    return TimetablePages.ofClass(
      view, week, today: Day(at: now), mayEdit: mayEdit, problem: problem, typed: typed)
  }
}

/// Monday to Sunday in Vietnam.
struct Week: Sendable {
  let monday: Day

  init(of day: Day) { monday = day.adding(days: 1 - day.weekday) }

  var days: [Day] { (0..<7).map { monday.adding(days: $0) } }
  var start: Timestamp { monday.at(minutes: 0) }
  var end: Timestamp { monday.adding(days: 7).at(minutes: 0) }
}
