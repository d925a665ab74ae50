import Hummingbird
import Identity
import Rules
import Storage
import Web

extension OrganisationFeature {
  func addClassRoutes(to routes: inout Routes) {
    routes.get("/classes", .viewRoster, listClasses)
    routes.get("/classes/:class", .viewRoster, showClass)
  }

  private func listClasses(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.requireSomewhere(.viewRoster)
    let today = today
    let groups = try await database.read { db in try ClassLists.groups(for: viewer, on: today, in: db) }
    let running = Schools.unique(viewer.units(as: .head) + viewer.units(as: .itTeacher))
    return ClassPages.list(groups, running: running).response(in: context)
  }

  private func showClass(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, facts, subject) = try await require(.viewRoster, onClass: try context.id("class"), context)
    let day = request.query("day").flatMap { Day($0) } ?? today
    let roster = try await database.read { db in
      let entries = try Schools.roster(of: facts.id, on: day, in: db)
      let homeroom = try Schools.homeroomTeacher(of: facts.id, on: day, in: db)
      return ClassPages.Roster(
        facts: facts, day: day, entries: entries,
        accounts: try Accounts.states(of: entries.map(\.person), in: db),
        homeroom: try homeroom.flatMap { try People.names(of: [$0], in: db)[$0] })
    }
    return ClassPages.roster(roster, Powers(viewer: viewer, subject: subject)).response(in: context)
  }
}

/// The classes that somebody sees: a school's for who runs it, one's own for a teacher.
enum ClassLists {
  struct Group: Sendable {
    let title: String
    let rows: [Row]
  }

  struct Row: Sendable {
    let facts: Schools.ClassFacts
    let size: Int
    let homeroom: String?
  }

  static func groups(for viewer: Viewer, on day: Day, in db: any Connection) throws -> [Group] {
    var groups: [Group] = []
    let taught = Schools.unique(viewer.classes(as: .homeroomTeacher) + viewer.classes(as: .subjectTeacher))
    if !taught.isEmpty {
      let facts = try Schools.facts(of: taught, in: db).values.sorted(by: Schools.precedes)
      groups.append(Group(title: "Lớp của thầy cô", rows: try rows(facts, on: day, in: db)))
    }
    for unit in Schools.unique(viewer.units(as: .head) + viewer.units(as: .itTeacher)) {
      guard let year = try Schools.year(for: unit, on: day, in: db) else { continue }
      let name = try Schools.unit(unit, on: day, in: db)?.name ?? ""
      let facts = try Schools.classes(of: unit, year: year.id, in: db)
      groups.append(Group(title: "\(name), năm học \(year.name)", rows: try rows(facts, on: day, in: db)))
    }
    return groups
  }

  private static func rows(_ classes: [Schools.ClassFacts], on day: Day, in db: any Connection) throws
    -> [Row]
  {
    let ids = classes.map(\.id)
    let sizes = try Schools.sizes(of: ids, on: day, in: db)
    let homerooms = try Schools.homeroomTeachers(of: ids, on: day, in: db)
    let names = try People.names(of: Schools.unique(Array(homerooms.values)), in: db)
    return classes.map { facts in
      Row(facts: facts, size: sizes[facts.id] ?? 0, homeroom: homerooms[facts.id].flatMap { names[$0] })
    }
  }
}
