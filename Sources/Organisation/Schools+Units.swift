package import Rules
package import Storage

extension Schools {
  /// Units by key, as they were called on a day; a unit without a name on that day is missing.
  package static func units(_ ids: [OrgUnit.ID], on day: Day, in db: any Connection) throws -> [OrgUnit.ID:
    Unit]
  {
    guard !ids.isEmpty else { return [:] }
    let rows = try db.rows(
      """
      SELECT unit_id, kind, name, code FROM unit_attribute
      WHERE unit_id IN (\(list: ids)) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      """)
    return Dictionary(rows.map { ($0.id(0), unit($0)) }, uniquingKeysWith: { first, _ in first })
  }

  package static func unit(_ id: OrgUnit.ID, on day: Day, in db: any Connection) throws -> Unit? {
    try units([id], on: day, in: db)[id]
  }

  private static func unit(_ row: Row) -> Unit {
    guard let kind = UnitKind(rawValue: row.text(1)) else { preconditionFailure("unit kind \(row.text(1))") }
    return Unit(id: row.id(0), kind: kind, name: row.text(2), code: row.optionalText(3))
  }

  /// All units above on a day by the kinds that let a superior look, nearest first; one question however deep.
  package static func ancestors(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [OrgUnit
    .ID]
  {
    try db.rows(
      """
      WITH RECURSIVE above (unit_id, depth) AS (
        SELECT parent_id, 1 FROM unit_edge
        WHERE child_id = \(unit) AND kind IN ('administrative', 'professional', 'directly_managed')
          AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
        UNION
        SELECT unit_edge.parent_id, above.depth + 1 FROM unit_edge JOIN above ON unit_edge.child_id = above.unit_id
        WHERE above.depth < 12 AND unit_edge.kind IN ('administrative', 'professional', 'directly_managed')
          AND unit_edge.valid_from <= \(day) AND (unit_edge.valid_to IS NULL OR unit_edge.valid_to > \(day))
      )
      SELECT unit_id FROM above GROUP BY unit_id ORDER BY min(depth), unit_id
      """
    ).map { $0.id(0) }
  }

  /// The schools below a unit on a day, by the kinds that let a superior look.
  package static func schools(below unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [OrgUnit
    .ID]
  {
    try db.rows(
      """
      WITH RECURSIVE below (unit_id, depth) AS (
        SELECT child_id, 1 FROM unit_edge
        WHERE parent_id = \(unit) AND kind IN ('administrative', 'professional', 'directly_managed')
          AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
        UNION
        SELECT unit_edge.child_id, below.depth + 1 FROM unit_edge JOIN below ON unit_edge.parent_id = below.unit_id
        WHERE below.depth < 12 AND unit_edge.kind IN ('administrative', 'professional', 'directly_managed')
          AND unit_edge.valid_from <= \(day) AND (unit_edge.valid_to IS NULL OR unit_edge.valid_to > \(day))
      )
      SELECT DISTINCT below.unit_id FROM below JOIN unit_attribute ON unit_attribute.unit_id = below.unit_id
      WHERE unit_attribute.kind = 'school' AND unit_attribute.valid_from <= \(day)
        AND (unit_attribute.valid_to IS NULL OR unit_attribute.valid_to > \(day))
      """
    ).map { $0.id(0) }
  }

  /// Edges that touch a unit on a day, upwards and downwards.
  package static func edges(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [UnitEdge] {
    try db.rows(
      """
      SELECT child_id, parent_id, kind, valid_from, valid_to FROM unit_edge
      WHERE (child_id = \(unit) OR parent_id = \(unit))
        AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY kind, valid_from, id
      """
    ).map(edge)
  }

  static func edge(_ row: Row) -> UnitEdge {
    guard let kind = UnitEdgeKind(rawValue: row.text(2)) else {
      preconditionFailure("edge kind \(row.text(2))")
    }
    return .init(
      child: row.id(0), parent: row.id(1), kind: kind,
      validity: .init(from: row.day(3), to: row.optionalDay(4)))
  }

  /// Decided changes of a unit or into it, oldest first.
  package static func successions(of unit: OrgUnit.ID, in db: any Connection) throws -> [UnitSuccession] {
    try db.rows(
      """
      SELECT unit_id, successor_id, kind, document, effective FROM unit_successor
      WHERE unit_id = \(unit) OR successor_id = \(unit) ORDER BY effective, id
      """
    ).map(succession)
  }

  static func succession(_ row: Row) -> UnitSuccession {
    guard let kind = UnitSuccession.Kind(rawValue: row.text(2)) else {
      preconditionFailure("succession \(row.text(2))")
    }
    return .init(
      unit: row.id(0), successor: row.optionalID(1), kind: kind, document: row.text(3), effective: row.day(4))
  }

  /// Who answers on a day for what a unit did earlier.
  package static func successors(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [OrgUnit
    .ID]
  {
    let all = try db.rows("SELECT unit_id, successor_id, kind, document, effective FROM unit_successor").map(
      succession)
    return UnitSuccessionRules.successors(of: unit, among: all, on: day)
  }

  // MARK: Functions

  /// Everybody who holds a function in a unit on a day.
  package static func holders(in unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [Holder] {
    try db.rows(
      """
      SELECT function, holder_id, contact FROM unit_function
      WHERE unit_id = \(unit) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY function, valid_from, id
      """
    ).map { row in
      guard let function = UnitFunction(rawValue: row.text(0)) else {
        preconditionFailure("function \(row.text(0))")
      }
      return Holder(function: function, person: row.optionalID(1), contact: row.optionalText(2))
    }
  }

  /// The head, then the deputies.
  package static func heads(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [Person.ID] {
    let holders = try holders(in: unit, on: day, in: db)
    let persons = [UnitFunction.head, .deputyHead].flatMap { function in
      holders.filter { $0.function == function }.compactMap(\.person)
    }
    return unique(persons)
  }

  /// Every school, for work that goes through all of them.
  package static func schools(on day: Day, in db: any Connection) throws -> [OrgUnit.ID] {
    try db.rows(
      """
      SELECT unit_id FROM unit_attribute
      WHERE kind = 'school' AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day)) ORDER BY unit_id
      """
    ).map { $0.id(0) }
  }

  static func unique<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
  }
}
