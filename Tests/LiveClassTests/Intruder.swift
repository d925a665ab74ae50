import Rules
import TestKit

/// One way in that must not be one, tried for real.
struct Intruder: Sendable, CustomStringConvertible {
  /// What came of it.
  struct Attempt: Sendable {
    /// The code of the refusal, or the HTTP status.
    let told: String
    /// Everything that the intruder was sent.
    let saw: String

    init(_ told: String?, saw: String) {
      self.told = told ?? "ok"
      self.saw = saw
    }

    init(_ answer: WireAnswer) { self.init("\(answer.status)", saw: answer.body) }
    init(_ answer: Heard, on page: LessonPage) { self.init(answer.code, saw: page.allText) }
  }

  let route: String
  let actor: DemoSchool.Actor
  let told: String
  /// As it stands in the record.
  let reason: String
  /// Which record: the school's chain, the door's line in the lesson's log, or that of a refused command.
  let record: Record
  /// True for people whose place is kept while another of their pages is refused.
  let hasSeat: Bool
  let attempt: @Sendable (Classroom) async throws -> Attempt

  enum Record: String { case chain = "admission.refused", door = "admissionRefused", command = "refused" }

  init(
    _ route: String, by actor: DemoSchool.Actor, told: String, _ record: Record, _ reason: String,
    hasSeat: Bool = false, _ attempt: @escaping @Sendable (Classroom) async throws -> Attempt
  ) {
    self.route = route
    self.actor = actor
    self.told = told
    self.reason = reason
    self.record = record
    self.hasSeat = hasSeat
    self.attempt = attempt
  }

  /// A row at the door: a page of this person does one thing.
  static func door(
    _ route: String, by actor: DemoSchool.Actor, told: String, _ reason: String, hasSeat: Bool = false,
    _ knock: @escaping @Sendable (Classroom, LessonPage) async throws -> Heard
  ) -> Intruder {
    Intruder(route, by: actor, told: told, .door, reason, hasSeat: hasSeat) { classroom in
      let page = try await classroom.page(actor)
      return Attempt(try await knock(classroom, page), on: page)
    }
  }

  var description: String { route }
}
