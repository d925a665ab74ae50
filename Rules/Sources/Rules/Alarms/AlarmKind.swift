/// What an alarm is about.
package enum AlarmKind: String, Hashable, Sendable, CaseIterable {
  /// “Có người lạ”: somebody is in the class who does not belong there.
  case stranger
  /// Bad or offensive content was shown or written.
  case badContent
  /// “Em cần giúp”.
  case needsHelp
  /// The class is no longer secure in another way: a leaked password, a stolen account.
  case securityLost
  /// The system noticed: an account in use on a second device.
  case doubleUse
  /// The system noticed: children are in the room and no teacher is.
  case teacherLost

  /// Whether people raise it; the others come from the system alone.
  package var isRaisedByPeople: Bool { self != .doubleUse && self != .teacherLost }
}
