import Hummingbird
import Identity
import Rules
import Storage
import Web

extension OrganisationFeature {
  func addUnitRoutes(to routes: inout Routes) {
    routes.get("/units", .viewUnit, listUnits)
    routes.get("/units/:unit", .viewUnit, showUnit)
  }

  private func listUnits(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.requireSomewhere(.viewUnit)
    let day = request.query("day").flatMap { Day($0) } ?? today
    let own = Schools.unique([Role.head, .itTeacher, .officer].flatMap { viewer.units(as: $0) })
    let trees = try await database.read { db in try own.map { try UnitView.tree(around: $0, on: day, in: db) }
    }
    return UnitPages.list(trees, day).response(in: context)
  }

  private func showUnit(_ request: Request, _ context: AppContext) async throws -> Response {
    let unit: OrgUnit.ID = try context.id("unit")
    let (today, day) = (today, request.query("day").flatMap { Day($0) } ?? today)
    // The right is that of today, whatever day is looked at.
    let subject = try await database.read { try Schools.subject(ofUnit: unit, on: today, in: $0) }
    let viewer = try context.require(.viewUnit, on: subject)
    let view = try await database.read { try UnitView.load(unit, on: day, in: $0) }
    return UnitPages.unit(
      view, mayOpen: { below in viewer.memberships.contains { $0.unit == below || $0.role == .officer } }
    )
    .response(in: context)
  }
}

/// One unit with its surroundings as at a day.
struct UnitView: Sendable {
  struct Tree: Sendable {
    /// From the top down to the unit.
    let above: [Schools.Unit]
    let unit: Schools.Unit?
    let below: [Schools.Unit]
  }

  struct Line: Sendable {
    let kind: UnitEdgeKind
    let unit: Schools.Unit
    let validity: Validity
  }

  struct HolderLine: Sendable {
    let function: UnitFunction
    let words: String
  }

  struct Change: Sendable {
    let succession: UnitSuccession
    let from: String
    let to: String
  }

  let id: OrgUnit.ID
  let day: Day
  let unit: Schools.Unit?
  let parents: [Line]
  let children: [Line]
  let holders: [HolderLine]
  let changes: [Change]

  static func tree(around unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> Tree {
    let above = try Schools.ancestors(of: unit, on: day, in: db)
    let below = try Schools.edges(of: unit, on: day, in: db)
      .filter { $0.parent == unit && UnitEdgeKind.superior.contains($0.kind) }.map(\.child)
    let units = try Schools.units(above + below + [unit], on: day, in: db)
    return Tree(
      above: above.reversed().compactMap { units[$0] }, unit: units[unit],
      below: Schools.unique(below).compactMap { units[$0] }.sorted { $0.name < $1.name })
  }

  static func load(_ id: OrgUnit.ID, on day: Day, in db: any Connection) throws -> UnitView {
    let edges = try Schools.edges(of: id, on: day, in: db)
    let successions = try Schools.successions(of: id, in: db)
    let ids = edges.flatMap { [$0.child, $0.parent] } + [id]
    let units = try Schools.units(Schools.unique(ids), on: day, in: db)
    let holders = try Schools.holders(in: id, on: day, in: db)
    let names = try People.names(of: holders.compactMap(\.person), in: db)
    return UnitView(
      id: id, day: day, unit: units[id],
      parents: lines(edges.filter { $0.child == id }, \.parent, units),
      children: lines(edges.filter { $0.parent == id }, \.child, units),
      holders: holders.map {
        HolderLine(function: $0.function, words: $0.person.flatMap { names[$0] } ?? $0.contact ?? "")
      },
      changes: try successions.map { try change($0, in: db) })
  }

  private static func lines(
    _ edges: [UnitEdge], _ other: (UnitEdge) -> OrgUnit.ID, _ units: [OrgUnit.ID: Schools.Unit]
  ) -> [Line] {
    edges.compactMap { edge in
      units[other(edge)].map { Line(kind: edge.kind, unit: $0, validity: edge.validity) }
    }
    .sorted { ($0.kind.rawValue, $0.unit.name) < ($1.kind.rawValue, $1.unit.name) }
  }

  /// Names as they were when the change took effect: the former unit the day before, the new one on the day.
  private static func change(_ succession: UnitSuccession, in db: any Connection) throws -> Change {
    let from =
      try Schools.unit(succession.unit, on: succession.effective.adding(days: -1), in: db)?.name ?? ""
    let to =
      try succession.successor.flatMap { try Schools.unit($0, on: succession.effective, in: db)?.name } ?? ""
    return Change(succession: succession, from: from, to: to)
  }
}
