import Hummingbird
import Identity
import Jobs
import LiveClass
import Organisation
import Rules
import Storage
import Timetable
import Web

/// The first page answers “what now?” for each kind of person, and nothing else.
struct HomeFeature: Sendable {
  let database: Database
  let lessons: Lessons
  let health: SystemHealth

  var routes: Routes {
    var routes = Routes()
    routes.get("/", .viewHome, homePage)
    routes.get("/school", .viewUnit, schoolPage)
    routes.get("/system", .viewSystem, systemPage)
    return routes
  }

  struct LessonCard: Sendable {
    let lesson: Timetable.LessonPlan
    let className: String
    let teacherName: String
    /// The child it is about, on a guardian's page.
    let child: String?
    /// A teacher has opened it, and it has not ended.
    var isOpen = false
    /// On a guardian's page: the child is in the room now.
    var isInside = false
  }

  struct View: Sendable {
    let viewer: Viewer
    let now: Timestamp
    var own: [LessonCard] = []
    var children: [(name: String, isVerified: Bool, id: Person.ID, next: LessonCard?)] = []
    var unread: [OutboxMessage] = []
    var waiting: [(id: SchoolClass.ID, name: String, count: Int)] = []
    var running: [LessonCard] = []
    var faults: [SystemHealth.Line] = []
    /// Schools that the viewer sets up, with what is still to be done.
    var setups: [SchoolSetup] = []
    /// Announced visits to the teacher's own lessons on the page.
    var visits: [LessonVisits.Line] = []
    /// A second factor without recovery codes: a lost telephone would shut the person out.
    var lacksRecoveryCodes = false
  }

  @Sendable func homePage(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.viewHome)
    let now = database.now()
    let lessons = lessons
    var view = try await database.read { db in try Self.load(viewer, lessons, at: now, in: db) }
    if viewer.holds(.itTeacher) { view.faults = await health.lines().filter { !$0.isFine } }
    return HomePages.home(view).response(in: context)
  }

  /// What belongs to a school, and how far its year is prepared.
  @Sendable func schoolPage(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.requireSomewhere(.viewUnit)
    let units = SchoolSetup.units(of: viewer)
    guard !units.isEmpty else { return .seeOther("/units") }
    let (lessons, now) = (lessons, database.now())
    let setups = try await database.read { db in
      try units.map { try SchoolSetup.load($0, lessons, at: now, in: db) }
    }
    return SchoolPages.school(setups, viewer).response(in: context)
  }

  @Sendable func systemPage(_ request: Request, _ context: AppContext) async throws -> Response {
    let unit = (context.viewer?.units(as: .itTeacher) ?? []) + (context.viewer?.units(as: .head) ?? [])
    try context.require(.viewSystem, on: Subject(unit: unit.first))
    return HomePages.system(await health.lines()).response(in: context)
  }

  private static func load(_ viewer: Viewer, _ lessons: Lessons, at now: Timestamp, in db: any Connection)
    throws -> View
  {
    var view = View(viewer: viewer, now: now)
    let day = Day(at: now)
    view.unread = try Outbox.messages(for: viewer.person.id, unreadOnly: true, limit: 20, in: db)
    let classes = viewer.classes(as: .pupil)
    if !classes.isEmpty, let next = try lessons.next(ofClasses: classes, at: now, in: db) {
      view.own = try cards([next], in: db)
    }
    if viewer.holds(.subjectTeacher) || viewer.holds(.homeroomTeacher) {
      let today = try lessons.lessons(
        ofTeacher: viewer.person.id, from: day.at(minutes: 0), to: day.at(minutes: 24 * 60), at: now, in: db
      ).filter { $0.endsAt > now && !$0.isCancelled }
      let shown =
        today.isEmpty
        ? try lessons.next(ofTeacher: viewer.person.id, at: now, in: db).map { [$0] } ?? [] : today
      view.own = try cards(shown, in: db)
    }
    for id in viewer.classes(as: .homeroomTeacher) {
      let roster = try Schools.roster(of: id, on: day, in: db)
      let accounts = try Accounts.states(of: roster.map(\.person), in: db)
      let count = accounts.values.count { $0.state == .active && !$0.isVerified }
      if count > 0 { view.waiting.append((id, try Schools.className(id, in: db) ?? "", count)) }
    }
    view.children = try children(viewer, lessons, at: now, in: db)
    for unit in SchoolSetup.units(of: viewer) {
      view.setups.append(try SchoolSetup.load(unit, lessons, at: now, in: db))
    }
    view.visits = try LessonVisits.lines(of: view.own.map(\.lesson.id), in: db)
    view.lacksRecoveryCodes =
      try Accounts.hasFactor(viewer.account, in: db) && RecoveryCodes.left(of: viewer.account, in: db) == nil
    for unit in viewer.units(as: .head) {
      let running = try lessons.lessons(
        ofSchool: unit, from: now - 4 * .hour, to: now + 15 * .minute, at: now, in: db)
      view.running += try cards(running.filter { $0.endsAt > now && !$0.isCancelled }, in: db)
    }
    return view
  }

  private static func children(
    _ viewer: Viewer, _ lessons: Lessons, at now: Timestamp, in db: any Connection
  ) throws -> [(name: String, isVerified: Bool, id: Person.ID, next: LessonCard?)] {
    let names = try People.names(of: viewer.children, in: db)
    let accounts = try Accounts.states(of: viewer.children, in: db)
    return try viewer.children.map { child in
      let classes = viewer.memberships.filter { $0.child == child }.compactMap(\.schoolClass)
      let next = try lessons.next(ofClasses: classes, at: now, in: db)
      var card = try next.flatMap { try cards([$0], in: db).first }
      card?.isInside = try next.map { try LessonNow.holds(child, in: $0.id, in: db) } ?? false
      return (names[child] ?? "", accounts[child]?.isVerified ?? false, child, card)
    }
  }

  private static func cards(_ lessons: [Timetable.LessonPlan], in db: any Connection) throws -> [LessonCard] {
    let names = try People.names(of: Array(Set(lessons.map(\.teacherInCharge))), in: db)
    let classes = try Schools.facts(of: Array(Set(lessons.map(\.schoolClass))), in: db)
    let open = try LessonNow.open(of: lessons.map(\.id), in: db)
    return lessons.map {
      LessonCard(
        lesson: $0, className: classes[$0.schoolClass]?.name ?? "",
        teacherName: names[$0.teacherInCharge] ?? "", child: nil, isOpen: open.contains($0.id))
    }
  }
}
