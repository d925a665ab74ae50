import Rules
import Testing

/// The permission table once more, written out by hand: a change must be made here too, knowingly.
///
/// One line an action; after it `role:relations`, where o = own, c = own child, k = own class, u = own unit, b = unit below.
private let expected = """
  viewHome              pupil:o guardian:o subjectTeacher:o homeroomTeacher:o head:o itTeacher:o officer:o
  manageOwnSessions     pupil:o guardian:o subjectTeacher:o homeroomTeacher:o head:o itTeacher:o officer:o
  manageOwnSecondFactor pupil:o guardian:o subjectTeacher:o homeroomTeacher:o head:o itTeacher:o officer:o
  manageOwnRecoveryCodes pupil:o guardian:o subjectTeacher:o homeroomTeacher:o head:o itTeacher:o officer:o
  receiveLiveUpdates    pupil:o guardian:o subjectTeacher:o homeroomTeacher:o head:o itTeacher:o officer:o
  viewRoster            subjectTeacher:k homeroomTeacher:k head:u itTeacher:u
  importRoster          head:u itTeacher:u
  viewUnit              head:u itTeacher:u officer:ub
  issueSlips            homeroomTeacher:k head:u itTeacher:u
  viewAccountDesk       homeroomTeacher:k head:u itTeacher:u
  resetAccount          homeroomTeacher:k itTeacher:u
  lockAccount           homeroomTeacher:k head:u itTeacher:u
  endSessions           homeroomTeacher:k head:u itTeacher:u
  verifyAccount         homeroomTeacher:k guardian:c
  editSchoolYears       head:u itTeacher:u
  editSubjects          head:u itTeacher:u
  viewStaff             head:u itTeacher:u
  editStaff             head:u itTeacher:u
  verifyStaff           head:u itTeacher:u
  appointFunction       head:u
  editAssignments       head:u itTeacher:u
  resetSecondFactor     head:u itTeacher:u
  viewTimetable         pupil:ok guardian:ck subjectTeacher:ok homeroomTeacher:ok head:ou itTeacher:u
  editTimetable         head:u itTeacher:u
  appointSubstitute     head:u
  enterLesson           pupil:k guardian:o subjectTeacher:ok homeroomTeacher:ok head:ou itTeacher:o officer:ob
  conductLesson         subjectTeacher:k
  viewLessonRecord      subjectTeacher:k homeroomTeacher:k head:u
  exportLessonRecord    subjectTeacher:k homeroomTeacher:k head:u
  viewClassPassphrase   subjectTeacher:k homeroomTeacher:k head:u
  rotateClassPassphrase subjectTeacher:k homeroomTeacher:k head:u
  liftBan               subjectTeacher:k homeroomTeacher:k head:u
  viewVisits            subjectTeacher:k homeroomTeacher:k head:u officer:b
  announceVisit         homeroomTeacher:k head:u officer:ub
  inviteGuest           subjectTeacher:k head:u
  raiseAlarm            pupil:k guardian:ock subjectTeacher:ok homeroomTeacher:ok head:ou itTeacher:o officer:ob
  viewAlarm             guardian:c subjectTeacher:k homeroomTeacher:k head:u
  acknowledgeAlarm      guardian:c subjectTeacher:k homeroomTeacher:k head:u
  viewSystem            itTeacher:u head:u
  viewLedger            head:u
  editSettings          head:u itTeacher:u
  """

private let letters: [Character: Relation] = [
  "o": .own, "c": .ownChild, "k": .ownClass, "u": .ownUnit, "b": .unitBelow,
]

private func expectation() -> [String: [String: Set<Relation>]] {
  var table: [String: [String: Set<Relation>]] = [:]
  for line in expected.split(separator: "\n") {
    let words = line.split(separator: " ")
    table[String(words[0])] = Dictionary(
      uniqueKeysWithValues: words.dropFirst().map { word in
        let parts = word.split(separator: ":")
        return (String(parts[0]), Set(parts[1].compactMap { letters[$0] }))
      })
  }
  return table
}

private let me = Person.ID(rawValue: "person-me")
private let child = Person.ID(rawValue: "person-child")
private let (ownUnit, otherUnit, above) = (
  OrgUnit.ID(rawValue: "unit-own"), OrgUnit.ID(rawValue: "unit-other"), OrgUnit.ID(rawValue: "unit-above")
)
private let (ownClass, otherClass) = (
  SchoolClass.ID(rawValue: "class-own"), SchoolClass.ID(rawValue: "class-other")
)

private func viewer(_ role: Role, isFullySignedIn: Bool = true) -> Viewer {
  let unit = role == .officer ? above : ownUnit
  let membership = Membership(
    role, unit: unit,
    schoolClass: [.pupil, .guardian, .subjectTeacher, .homeroomTeacher].contains(role) ? ownClass : nil,
    child: role == .guardian ? child : nil)
  return Viewer(
    person: Person(id: me, name: "Người Thử"), account: .init(rawValue: "a"), session: .init(rawValue: "s"),
    isVerified: true, isFullySignedIn: isFullySignedIn, memberships: [membership])
}

/// A subject that stands to the viewer in exactly this relation.
private func subject(_ relation: Relation, for role: Role) -> Subject {
  switch relation {
  case .own: Subject(unit: otherUnit, schoolClass: otherClass, person: me)
  case .ownChild: Subject(unit: otherUnit, schoolClass: otherClass, person: child)
  case .ownClass: Subject(unit: otherUnit, schoolClass: ownClass)
  case .ownUnit: Subject(unit: role == .officer ? above : ownUnit, schoolClass: otherClass)
  case .unitBelow:
    Subject(unit: otherUnit, above: [role == .officer ? above : ownUnit], schoolClass: otherClass)
  case .none: Subject(unit: otherUnit, schoolClass: otherClass, person: .init(rawValue: "person-other"))
  }
}

@Suite struct PermissionTests {
  @Test("every cell: role × action × relation", arguments: Role.allCases)
  func everyCell(_ role: Role) {
    let table = expectation()
    for action in Action.allCases where !action.isPublic {
      let allowed = table[action.rawValue]?[role.rawValue] ?? []
      #expect(Permissions.relations(role, action) == allowed, "\(role) \(action)")
      for relation in Relation.allCases {
        let answer = Permissions.allows(viewer(role), action, on: subject(relation, for: role))
        // Guardians have no class of their own but their child's; every other role without one is no member of any.
        let canStandSo = isPossible(relation, role)
        #expect(answer == (allowed.contains(relation) && canStandSo), "\(role) \(action) \(relation)")
      }
    }
  }

  private func isPossible(_ relation: Relation, _ role: Role) -> Bool {
    switch relation {
    case .ownChild: role == .guardian
    case .ownClass: [.pupil, .guardian, .subjectTeacher, .homeroomTeacher].contains(role)
    default: true
    }
  }

  @Test("every action stands in the list", arguments: Action.allCases)
  func everyActionIsListed(_ action: Action) {
    #expect(action.isPublic || expectation()[action.rawValue] != nil)
  }

  @Test("who has not shown the second factor may do nothing but show it", arguments: Action.allCases)
  func halfSignedIn(_ action: Action) {
    let allowed = Permissions.allows(
      viewer(.head, isFullySignedIn: false), action, on: subject(.own, for: .head))
    #expect(allowed == (action.isPublic || action == .manageOwnSecondFactor))
  }

  @Test func withoutARoleOnlyOneselfIsLeft() {
    let nobody = Viewer(
      person: Person(id: me, name: "Người Thử"), account: .init(rawValue: "a"), session: .init(rawValue: "s"),
      isVerified: false, isFullySignedIn: true, memberships: [])
    for action in Action.allCases where !action.isPublic {
      let own = [
        Action.viewHome, .manageOwnSessions, .manageOwnSecondFactor, .manageOwnRecoveryCodes,
        .receiveLiveUpdates,
      ].contains(action)
      #expect(Permissions.allows(nobody, action, on: .own(nobody)) == own, "\(action)")
    }
  }
}
