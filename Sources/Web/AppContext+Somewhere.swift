package import Rules

extension AppContext {
  /// For pages that gather what is the viewer's own, such as “my classes”: allowed when the table allows the action in at
  /// least one of the viewer's own places. What the page then shows is chosen from those places only.
  ///
  /// - Throws: LOP-102 when nobody is signed in, LOP-101 when the table allows it nowhere.
  @discardableResult
  package func requireSomewhere(_ action: Action) throws(UserError) -> Viewer {
    let places =
      viewer?.memberships.map { Subject(unit: $0.unit, schoolClass: $0.schoolClass, person: $0.child) } ?? []
    let place = places.first { place in viewer.map { Permissions.allows($0, action, on: place) } ?? false }
    return try require(action, on: place ?? Subject())
  }
}
