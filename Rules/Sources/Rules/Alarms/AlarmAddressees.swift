/// The people behind the functions that are owed an alarm.
package struct AlarmAddressees: Hashable, Sendable {
  package struct Addressee: Hashable, Sendable {
    package let person: Person.ID
    /// For which function; for a stand-in the function they stand in for.
    package let recipient: AlarmRecipient
    /// The function the person holds, when it is another.
    package let standsIn: AlarmRecipient?
  }

  package let addressees: [Addressee]
  /// People who were left out because they are the subject.
  package let leftOut: [Person.ID]
  /// Functions that nobody holds, nor anybody who could stand in: a page must show this in red.
  package let unfilled: [AlarmRecipient]

  /// Turns functions into people.
  ///
  /// - Parameters:
  ///   - owed: from `AlarmRules.owed`.
  ///   - holders: who holds each function today; `guardian` for the guardians of the pupil concerned.
  ///   - subject: the person the alarm is about, when known; never told, whatever function they hold.
  ///   - reporter: the person who raised it; not told by themselves.
  /// - Returns: each person at most once for each function. A function without anybody left is stood in for.
  package static func of(
    _ owed: [AlarmRecipient], holders: [AlarmRecipient: [Person.ID]], subject: Person.ID?,
    reporter: Person.ID?
  ) -> AlarmAddressees {
    var found: [Addressee] = []
    var leftOut: [Person.ID] = []
    var unfilled: [AlarmRecipient] = []
    for recipient in owed {
      let held = holders[recipient] ?? []
      leftOut += held.filter { $0 == subject }
      let able = { (function: AlarmRecipient) in
        (holders[function] ?? []).filter { $0 != subject && $0 != reporter }
      }
      let own = able(recipient)
      if !own.isEmpty {
        found += own.map { .init(person: $0, recipient: recipient, standsIn: nil) }
      } else if let reporter, held.contains(reporter), reporter != subject {
        continue
      } else if let standIn = standIns(recipient).first(where: { !able($0).isEmpty }) {
        found += able(standIn).map { .init(person: $0, recipient: recipient, standsIn: standIn) }
      } else {
        unfilled.append(recipient)
      }
    }
    var seen: Set<Addressee> = []
    return .init(
      addressees: found.filter { seen.insert($0).inserted }, leftOut: Array(Set(leftOut)).sorted(),
      unfilled: unfilled)
  }

  private static func standIns(_ recipient: AlarmRecipient) -> [AlarmRecipient] {
    switch recipient {
    case .teacherInCharge: [.homeroomTeacher, .deputyHead, .head]
    case .homeroomTeacher: [.deputyHead, .head]
    // Families are never replaced by another family: the homeroom teacher reaches them by telephone.
    case .guardian: [.homeroomTeacher, .deputyHead]
    case .head: [.deputyHead, .receivingAuthority]
    case .deputyHead: [.head]
    case .receivingAuthority: []
    }
  }
}
