/// One pupil's present place in a class, as the store holds it: what a class list is compared with.
package struct RosterRow: Hashable, Sendable {
  package let pupil: Person.ID
  package var className: String
  package var orderNumber: Int?
  package var pupilCode: String?
  package var name: String
  package var birthDate: Day?
  package var sex: ClassListEntry.Sex
  package var guardian: GuardianContact

  package init(
    pupil: Person.ID, className: String, orderNumber: Int? = nil, pupilCode: String? = nil, name: String,
    birthDate: Day? = nil, sex: ClassListEntry.Sex = .unknown, guardian: GuardianContact = .init()
  ) {
    self.pupil = pupil
    self.className = className
    self.orderNumber = orderNumber
    self.pupilCode = pupilCode
    self.name = name
    self.birthDate = birthDate
    self.sex = sex
    self.guardian = guardian
  }
}

/// Whom the school calls about a pupil, as a class list gives it.
package struct GuardianContact: Hashable, Sendable {
  package var name: String?
  package var phone: String?

  package init(name: String? = nil, phone: String? = nil) {
    self.name = name
    self.phone = phone
  }

  /// What is known after a list said `name` and `phone`; silence keeps what was known, but never pairs a new
  /// person with another person's number.
  func updated(name newName: String?, phone newPhone: String?) -> GuardianContact {
    guard let newName, newName != name else { return .init(name: name, phone: newPhone ?? phone) }
    return .init(name: newName, phone: newPhone ?? (name == nil ? phone : nil))
  }
}

/// One change that a class list asks for. The clerk sees them all before any is made.
package enum RosterChange: Hashable, Sendable {
  /// A pupil whom the school did not have, with the order number that is free for them.
  case added(ClassListEntry, orderNumber: Int)
  case movedClass(Person.ID, from: String, to: String)
  /// In none of the lists of a class that was given whole.
  case left(Person.ID, className: String)
  case renamed(Person.ID, from: String, to: String)
  case renumbered(Person.ID, from: Int?, to: Int)
  case recoded(Person.ID, from: String?, to: String)
  case birthDateCorrected(Person.ID, from: Day?, to: Day)
  case sexCorrected(Person.ID, from: ClassListEntry.Sex, to: ClassListEntry.Sex)
  case guardianCorrected(Person.ID, from: GuardianContact, to: GuardianContact)

  /// Nil for a pupil who is new.
  package var pupil: Person.ID? {
    switch self {
    case .added: nil
    case .movedClass(let id, _, _), .left(let id, _), .renamed(let id, _, _), .renumbered(let id, _, _),
      .recoded(let id, _, _), .birthDateCorrected(let id, _, _), .sexCorrected(let id, _, _),
      .guardianCorrected(let id, _, _):
      id
    }
  }
}

/// What a class list would change, and what only the clerk can decide.
package struct ReconciliationPlan: Hashable, Sendable {
  /// A row of the list that may be one of these pupils or a new one.
  package struct Ambiguity: Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
      /// The code is known, but name and birth date are both another's.
      case codeOfAnother
      /// The same name fits several pupils, or several rows.
      case severalFit
      /// The name fits a pupil of another class, or the name or birth date differs a little.
      case perhapsChanged
      /// The pupil with this name has another code.
      case otherCode
    }
    package let entry: ClassListEntry
    /// In no order that means anything; never empty.
    package let candidates: [Person.ID]
    package let cause: Cause
  }

  /// A wanted order number that a pupil who is not in the list holds.
  package struct NumberConflict: Hashable, Sendable {
    package let entry: ClassListEntry
    package let given: Int
  }

  package var changes: [RosterChange] = []
  package var unchanged: [Person.ID] = []
  package var ambiguous: [Ambiguity] = []
  /// Not in the list, but rows of the class could not be read or decided: nobody is counted as having left on
  /// such ground.
  package var unsure: [Person.ID] = []
  package var numberConflicts: [NumberConflict] = []

  package init() {}

  package var isEmpty: Bool { changes.isEmpty && ambiguous.isEmpty }
}

/// The clerk's answer to one ambiguity.
package enum ReconciliationDecision: Hashable, Sendable {
  case samePupil(Person.ID)
  case newPupil
}
