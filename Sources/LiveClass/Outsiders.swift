import Foundation
package import Hummingbird
import Identity
import Rules
import Storage
import Synchronization
package import Web

/// Writes down who was turned away before any room could: nobody is refused without a record.
///
/// What a room decides stands in its own log. Each record here joins the chain of the lesson's school, or of the
/// person's school where no lesson was named.
final class Outsiders: Sendable {
  /// Why, where it is not the door's own `RefusalReason`. Raw values stand in records and never change.
  enum Reason: String, Sendable {
    /// The link alone.
    case notSignedIn
    /// A cookie that opened a session once.
    case sessionEnded
    /// A foreign page tried to open our socket with a signed-in browser.
    case foreignOrigin
    /// Signalling or a command by a page that no room has let in.
    case notAdmitted
    /// Belongs to the class or the school, and this is not theirs to do.
    case notPermitted
  }

  private let database: Database
  private let ports: LiveClassPorts
  private let lately = Mutex<[String: Timestamp]>([:])
  private let buckets = Mutex<[Person.ID: FloodBucket]>([:])

  init(database: Database, ports: LiveClassPorts) {
    self.database = database
    self.ports = ports
  }

  /// A signed-in person asked for something about a lesson that the permission table denies them.
  func turnedAway(_ viewer: Viewer, from plan: LessonPlan, _ action: Action) async {
    guard isWorthARow(viewer.person.id) else { return }
    let ports = ports
    try? await database.write { db in
      let reason = Self.reason(try ports.relations(viewer.person.id, plan, db))
      try Self.publish(reason, of: plan.id.rawValue, unit: plan.unit, by: viewer.person.id, action, in: db)
    }
  }

  /// The same for a class.
  func turnedAway(_ viewer: Viewer, from schoolClass: SchoolClass.ID, _ subject: Subject, _ action: Action)
    async
  {
    guard let unit = subject.unit, isWorthARow(viewer.person.id) else {
      return
    }
    let belongs = viewer.memberships.contains { $0.schoolClass == schoolClass || $0.unit == unit }
    let reason = belongs ? Reason.notPermitted.rawValue : RefusalReason.notOnRoster.rawValue
    try? await database.write {
      try Self.publish(reason, of: schoolClass.rawValue, unit: unit, by: viewer.person.id, action, in: $0)
    }
  }

  /// A page without a place anywhere sent what only those in a room may send, or came from a foreign site.
  func turnedAway(_ viewer: Viewer, _ reason: Reason) async {
    let person = viewer.person.id
    guard isNews("\(person) \(reason.rawValue)") else { return }
    try? await database.write { db in
      guard let unit = try Accounts.state(of: person, in: db)?.unit else { return }
      try Self.publish(reason.rawValue, of: nil, unit: unit, by: person, nil, in: db)
    }
  }

  /// Somebody who is not signed in, or no longer, asked for a lesson or for the socket.
  ///
  /// - Parameters:
  ///   - token: what the browser showed as its session.
  ///   - lesson: as the request named it, unchecked; nil for the socket.
  func turnedAway(token: String?, from lesson: Lesson.ID?) async {
    let ports = ports
    let found = try? await database.read { db in
      (
        try token.flatMap { try Sessions.formerOwner(token: $0, in: db) },
        try lesson.flatMap { try ports.plan($0, db) }
      )
    }
    guard let (owner, plan) = found, let unit = plan?.unit ?? owner?.unit,
      isNews("\(owner?.person.rawValue ?? "") \(plan?.id.rawValue ?? "")")
    else { return }
    let reason: String =
      switch owner {
      case nil: Reason.notSignedIn.rawValue
      case let owner?: owner.isLocked ? RefusalReason.accountLocked.rawValue : Reason.sessionEnded.rawValue
      }
    try? await database.write {
      try Self.publish(reason, of: plan?.id.rawValue, unit: unit, by: owner?.person, nil, in: $0)
    }
  }

  private static func publish(
    _ reason: String, of subject: String?, unit: OrgUnit.ID, by person: Person.ID?, _ action: Action?,
    in db: Transaction
  ) throws {
    var facts = ["outcome": "refused", "reason": reason]
    if let action { facts["action"] = action.rawValue }
    try db.publish(Event("admission.refused", unit: unit, by: person, of: subject, facts))
  }

  private static func reason(_ relations: Set<LessonRelation>) -> String {
    let belongs: [LessonRelation] = [
      .homeroomTeacher(visitAnnounced: false), .leader(visitAnnounced: false),
    ]
    if RoomStanding.best(of: relations) != nil || !relations.isDisjoint(with: belongs) {
      return Reason.notPermitted.rawValue
    }
    if relations.contains(.guardian) { return RefusalReason.guardianOfPupil.rawValue }
    if relations.contains(.pupilOfOtherClass) { return RefusalReason.pupilOfOtherClass.rawValue }
    if relations.contains(.teacherOfOtherSchool) { return RefusalReason.teacherOfOtherSchool.rawValue }
    return RefusalReason.notOnRoster.rawValue
  }

  /// Attack prevented: filling the disk with one's own refusals, sixty in ten seconds at most.
  private func isWorthARow(_ person: Person.ID) -> Bool {
    let now = database.now()
    return buckets.withLock { buckets in
      if buckets.count >= 10_000 { buckets = [:] }
      var bucket = buckets[person] ?? FloodBucket(perTenSeconds: LiveRoom.refusalsWritten, at: now)
      defer { buckets[person] = bucket }
      return (try? bucket.take(at: now)) != nil
    }
  }

  /// Attack prevented: filling the disk. One record a minute of each kind; a thousandth of a class's own log.
  private func isNews(_ key: String) -> Bool {
    let now = database.now()
    return lately.withLock { lately in
      if let last = lately[key], now - last < .minute, now >= last { return false }
      if lately.count >= 10_000 { lately = [:] }
      lately[key] = now
      return true
    }
  }
}

/// Sees requests about a lesson by nobody: the link alone opens nothing, and the school learns that it was tried.
package struct DoorWatch: RouterMiddleware {
  let outsiders: Outsiders

  package func handle(
    _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as UserError where error == .signInNeeded {
      if let lesson = Self.lesson(in: request.uri.path) {
        await outsiders.turnedAway(token: SessionCookie.token(in: request.headers), from: lesson)
      }
      throw error
    }
  }

  private static func lesson(in path: String) -> Lesson.ID? {
    let segments = path.split(separator: "/")
    guard let place = segments.firstIndex(of: "lessons"), place + 1 < segments.count,
      segments[place + 1].utf8.count == 36
    else { return nil }
    return .init(rawValue: String(segments[place + 1]))
  }
}
