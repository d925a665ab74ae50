import Rules
import Storage

/// Attack prevented: filling the disk and the class's screens by a script in a pupil's page, within what the socket admits.
extension LiveRoom {
  /// Refusals of one person that are written, in any ten seconds.
  static let refusalsWritten = 60
  /// Hands and media of one pupil, in any ten seconds.
  static let stepsTaken = 60

  /// Whether one more refusal of somebody is written down. What follows within seconds says nothing that the record does
  /// not say already.
  func isWorthARow(_ person: Person.ID) -> Bool {
    var bucket =
      refusals[person] ?? FloodBucket(perTenSeconds: Self.refusalsWritten, at: services.database.now())
    defer { refusals[person] = bucket }
    return (try? bucket.take(at: services.database.now())) != nil
  }

  /// - Throws: LOP-464 for hands and media that come faster than a person can mean them. An alarm is never held back.
  func checkPace(_ command: LessonCommand, _ actor: LessonActor) throws(UserError) {
    guard case .person(let person) = actor, state.seats[person]?.role != .teacher else { return }
    switch command {
    case .raiseHand, .lowerHand, .publish:
      let now = services.database.now()
      var bucket = steps[person] ?? FloodBucket(perTenSeconds: Self.stepsTaken, at: now)
      try bucket.take(at: now)
      steps[person] = bucket
    default: return
    }
  }
}
