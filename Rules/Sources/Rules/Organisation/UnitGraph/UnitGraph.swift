/// One dated, typed line from a unit to the one above it.
package struct UnitEdge: Hashable, Sendable {
  package let child: OrgUnit.ID
  package let parent: OrgUnit.ID
  package let kind: UnitEdgeKind
  package let validity: Validity

  package init(child: OrgUnit.ID, parent: OrgUnit.ID, kind: UnitEdgeKind, validity: Validity) {
    self.child = child
    self.parent = parent
    self.kind = kind
    self.validity = validity
  }
}

/// The units as a graph over time: every question names the day it asks about.
///
/// - Source: `research/regulation.md` 4.3.
package struct UnitGraph: Sendable {
  package private(set) var edges: [UnitEdge]
  private var byChild: [OrgUnit.ID: [UnitEdge]]
  private var byParent: [OrgUnit.ID: [UnitEdge]]

  package init(_ edges: [UnitEdge] = []) {
    self.edges = edges
    byChild = Dictionary(grouping: edges, by: \.child)
    byParent = Dictionary(grouping: edges, by: \.parent)
  }

  // MARK: As at a day

  /// Units right above, in the order in which the edges were given, each once.
  package func parents(of unit: OrgUnit.ID, by kinds: Set<UnitEdgeKind>, on day: Day) -> [OrgUnit.ID] {
    unique(
      (byChild[unit] ?? []).filter { kinds.contains($0.kind) && $0.validity.contains(day) }.map(\.parent))
  }

  package func children(of unit: OrgUnit.ID, by kinds: Set<UnitEdgeKind>, on day: Day) -> [OrgUnit.ID] {
    unique(
      (byParent[unit] ?? []).filter { kinds.contains($0.kind) && $0.validity.contains(day) }.map(\.child))
  }

  /// All units above, nearest first; without the unit itself.
  package func ancestors(of unit: OrgUnit.ID, by kinds: Set<UnitEdgeKind>, on day: Day) -> [OrgUnit.ID] {
    reach(from: unit) { parents(of: $0, by: kinds, on: day) }
  }

  /// All units below, nearest first; without the unit itself.
  package func descendants(of unit: OrgUnit.ID, by kinds: Set<UnitEdgeKind>, on day: Day) -> [OrgUnit.ID] {
    reach(from: unit) { children(of: $0, by: kinds, on: day) }
  }

  private func reach(from unit: OrgUnit.ID, step: (OrgUnit.ID) -> [OrgUnit.ID]) -> [OrgUnit.ID] {
    var found: [OrgUnit.ID] = []
    var seen: Set<OrgUnit.ID> = [unit]
    var frontier = [unit]
    while !frontier.isEmpty {
      frontier = frontier.flatMap(step).filter { seen.insert($0).inserted }
      found += frontier
    }
    return found
  }

  private func unique(_ units: [OrgUnit.ID]) -> [OrgUnit.ID] {
    var seen: Set<OrgUnit.ID> = []
    return units.filter { seen.insert($0).inserted }
  }

  // MARK: Change

  /// The graph with one more edge.
  ///
  /// Says nothing else about days outside the edge's own: what was true of a past day stays true.
  /// - Throws: LOP-200 when the edge would close a circle on some day, LOP-201 when the child would have two
  ///   administrative parents on some day.
  package func adding(_ edge: UnitEdge) throws(UserError) -> UnitGraph {
    if edge.kind == .administrative {
      let rival = (byChild[edge.child] ?? []).contains {
        $0.kind == .administrative && $0.validity.overlaps(edge.validity)
      }
      if rival { throw .secondAdministrativeParent }
    }
    if closesCircle(edge) { throw .unitCircle }
    return UnitGraph(edges + [edge])
  }

  /// A circle can only begin on the first day of the new edge or of another one, so these days stand for all.
  private func closesCircle(_ edge: UnitEdge) -> Bool {
    if edge.child == edge.parent { return true }
    let beginnings = edges.filter { $0.kind == edge.kind }.map(\.validity.from)
    return Set(beginnings + [edge.validity.from]).contains { day in
      edge.validity.contains(day) && ancestors(of: edge.parent, by: [edge.kind], on: day).contains(edge.child)
    }
  }

  /// The graph in which an edge ends before a day; its earlier days stay as they were.
  ///
  /// - Parameter day: the first day on which the edge no longer holds; not before the edge begins.
  package func ending(_ edge: UnitEdge, on day: Day) -> UnitGraph {
    UnitGraph(
      edges.map {
        guard $0 == edge, day >= edge.validity.from else { return $0 }
        let end = min(day, edge.validity.to ?? day)
        return UnitEdge(
          child: edge.child, parent: edge.parent, kind: edge.kind,
          validity: .init(from: edge.validity.from, to: end))
      })
  }
}
