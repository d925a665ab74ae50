import Hummingbird
import Identity
import Rules
import Storage
import Web

/// Changes of a class's timetable by the head and the IT teacher.
extension TimetableFeature {
  func addPlanningRoutes(to routes: inout Routes) {
    let path = "/classes/:class/timetable"
    routes.post(path + "/slots", .editTimetable) { request, context in
      try await edit(request, context) { db, form, viewer, id, info in
        let today = Day(at: db.at)
        let read = try TimetableForms.slot(
          form, schoolClass: id, teachings: try ports.teachings(id, today, db), today: today,
          lastDay: info.lastDay)
        try lessons.addSlot(
          read.slot, subject: read.subject, opening: read.opening, unit: info.unit, by: viewer.person.id,
          in: db)
      }
    }
    routes.post(path + "/lessons", .editTimetable) { request, context in
      try await edit(request, context) { db, form, viewer, id, info in
        let read = try TimetableForms.single(
          form, schoolClass: id, teachings: try ports.teachings(id, Day(at: db.at), db), now: db.at)
        try lessons.addLesson(
          read.lesson, subject: read.subject, opening: read.opening, unit: info.unit, by: viewer.person.id,
          in: db)
      }
    }
    routes.post(path + "/slots/:slot/ending", .editTimetable, endSlot)
    routes.get(path + "/lessons/:lesson", .editTimetable, showLesson)
    routes.post(path + "/lessons/:lesson/cancellation", .editTimetable, cancel)
    routes.post(path + "/lessons/:lesson/substitute", .appointSubstitute, appoint)
    routes.post(path + "/lessons/:lesson/substitute-withdrawal", .appointSubstitute, withdraw)
  }

  /// A refusal is said on the class's page, above a form that keeps what was typed.
  private func edit(
    _ request: Request, _ context: AppContext,
    _ change:
      @escaping @Sendable (Transaction, Form, Viewer, SchoolClass.ID, TimetablePorts.ClassInfo) throws -> Void
  ) async throws -> Response {
    let (viewer, id, info, _) = try await require(.editTimetable, context)
    let form = try await Form.read(request)
    do {
      try await database.write { db in try change(db, form, viewer, id, info) }
      return .seeOther("/classes/\(id)/timetable")
    } catch let error as UserError {
      return try await classPage(request, context, problem: error, typed: form)
        .response(in: context, status: .init(code: error.kind.rawValue))
    }
  }

  private func endSlot(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, id, _, _) = try await require(.editTimetable, context)
    let slot: Weekly.ID = try context.id("slot")
    try await database.write { db in
      try lessons.endSlot(slot, of: id, on: Day(at: db.at), by: viewer.person.id, in: db)
    }
    return .seeOther("/classes/\(id)/timetable")
  }

  private func cancel(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, id, _, _) = try await require(.editTimetable, context)
    let lesson: Lesson.ID = try context.id("lesson")
    try await database.write { db in try lessons.cancel(lesson, of: id, by: viewer.person.id, in: db) }
    return .seeOther("/classes/\(id)/timetable")
  }

  // MARK: Substitutes

  private func showLesson(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, id, info, subject) = try await require(.editTimetable, context)
    let lesson: Lesson.ID = try context.id("lesson")
    let now = database.now()
    let mayAppoint = Permissions.allows(viewer, .appointSubstitute, on: subject)
    let view = try await database.read { db -> TimetablePages.LessonView? in
      guard let plan = try lessons.lesson(lesson, at: now, in: db), plan.schoolClass == id else { return nil }
      let teachers = mayAppoint ? try ports.teachers(info.unit, Day(at: plan.startsAt), db) : []
      let names = try People.names(of: teachers + [plan.teacherInCharge, plan.regularTeacher], in: db)
      let others = teachers.filter { $0 != plan.teacherInCharge }.compactMap { id in
        names[id].map { (id, $0) }
      }
      return TimetablePages.LessonView(
        plan: plan, className: info.name, teacher: names[plan.teacherInCharge] ?? "",
        regular: names[plan.regularTeacher] ?? "",
        choices: others.sorted { VietnameseNameOrder.precedes($0.1, $1.1) }, mayAppoint: mayAppoint,
        isUpcoming: plan.startsAt > now && !plan.isCancelled, isOver: plan.endsAt <= now || plan.isCancelled)
    }
    guard let view else { throw UserError.notFound }
    return TimetablePages.lesson(view).response(in: context)
  }

  private func appoint(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, id, _, _) = try await require(.appointSubstitute, context)
    let lesson: Lesson.ID = try context.id("lesson")
    let form = try await Form.read(request)
    guard let person: Person.ID = form.id("teacher") else { throw UserError.missingField("Người dạy thay") }
    try await database.write { db in
      try lessons.appointSubstitute(person, for: lesson, of: id, by: viewer.person.id, in: db)
    }
    return .seeOther("/classes/\(id)/timetable/lessons/\(lesson)")
  }

  private func withdraw(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, id, _, _) = try await require(.appointSubstitute, context)
    let lesson: Lesson.ID = try context.id("lesson")
    try await database.write { db in
      try lessons.withdrawSubstitute(for: lesson, of: id, by: viewer.person.id, in: db)
    }
    return .seeOther("/classes/\(id)/timetable/lessons/\(lesson)")
  }
}
