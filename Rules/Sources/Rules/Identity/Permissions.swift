/// How the person who asks stands to the subject, in one of their roles.
package enum Relation: String, CaseIterable, Sendable {
  /// The subject is the person.
  case own
  /// The subject is a child of this guardian.
  case ownChild
  /// The subject is, or belongs to, a class the person learns in, teaches or looks after.
  case ownClass
  /// The subject belongs to the school where the function is held.
  case ownUnit
  /// The subject belongs to a school below the officer's unit.
  case unitBelow
  case none
}

/// Everything a request can ask for. Each route names exactly one.
package enum Action: String, CaseIterable, Sendable {
  // Anybody, signed in or not
  case signIn, activateAccount, readPublicPage
  // Every signed-in person, about themselves
  case viewHome, manageOwnSessions, manageOwnSecondFactor, manageOwnRecoveryCodes, receiveLiveUpdates
  // Roster and accounts
  case viewRoster, importRoster, viewUnit, issueSlips, viewAccountDesk, resetAccount, lockAccount
  case endSessions, verifyAccount
  // Setting a school up
  case editSchoolYears, editSubjects, viewStaff, editStaff, verifyStaff, appointFunction, editAssignments
  case resetSecondFactor
  // Timetable
  case viewTimetable, editTimetable, appointSubstitute
  // Lesson
  case enterLesson, conductLesson, viewLessonRecord, exportLessonRecord
  case viewClassPassphrase, rotateClassPassphrase, liftBan
  case viewVisits, announceVisit, inviteGuest
  // Alarms
  case raiseAlarm, viewAlarm, acknowledgeAlarm
  // Running the school's machine
  case viewSystem, viewLedger, editSettings

  package var isPublic: Bool {
    switch self {
    case .signIn, .activateAccount, .readPublicPage: true
    default: false
    }
  }
}

/// The one table: which role may do what to whom. What is not listed is refused.
///
/// - Source: S3-32 (homeroom teacher manages accounts), S3-27, S3-34, S3-60 … S3-62, X-5 (need to know).
package enum Permissions {
  package static func relations(_ role: Role, _ action: Action) -> Set<Relation> {
    table[action]?[role] ?? []
  }

  private static let everybody: [Role: Set<Relation>] =
    Dictionary(uniqueKeysWithValues: Role.allCases.map { ($0, [.own]) })

  private static let table: [Action: [Role: Set<Relation>]] = [
    .viewHome: everybody,
    .manageOwnSessions: everybody,
    .manageOwnSecondFactor: everybody,
    .manageOwnRecoveryCodes: everybody,
    .receiveLiveUpdates: everybody,

    .viewRoster: [
      .subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit], .itTeacher: [.ownUnit],
    ],
    .importRoster: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
    .viewUnit: [.head: [.ownUnit], .itTeacher: [.ownUnit], .officer: [.ownUnit, .unitBelow]],
    .issueSlips: [.homeroomTeacher: [.ownClass], .head: [.ownUnit], .itTeacher: [.ownUnit]],
    .viewAccountDesk: [.homeroomTeacher: [.ownClass], .head: [.ownUnit], .itTeacher: [.ownUnit]],
    .resetAccount: [.homeroomTeacher: [.ownClass], .itTeacher: [.ownUnit]],
    .lockAccount: [.homeroomTeacher: [.ownClass], .head: [.ownUnit], .itTeacher: [.ownUnit]],
    .endSessions: [.homeroomTeacher: [.ownClass], .head: [.ownUnit], .itTeacher: [.ownUnit]],
    .verifyAccount: [.homeroomTeacher: [.ownClass], .guardian: [.ownChild]],

    // Who answers for the school sets it up, and whom the head appointed for its machine. Functions are the head's to
    // give: an IT teacher must not make themselves head. `StaffRules` adds what concerns leaders' accounts.
    .editSchoolYears: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
    .editSubjects: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
    .viewStaff: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
    .editStaff: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
    .verifyStaff: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
    .appointFunction: [.head: [.ownUnit]],
    .editAssignments: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
    .resetSecondFactor: [.head: [.ownUnit], .itTeacher: [.ownUnit]],

    .viewTimetable: [
      .pupil: [.own, .ownClass], .guardian: [.ownChild, .ownClass], .subjectTeacher: [.own, .ownClass],
      .homeroomTeacher: [.own, .ownClass], .head: [.own, .ownUnit], .itTeacher: [.ownUnit],
    ],
    .editTimetable: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
    .appointSubstitute: [.head: [.ownUnit]],

    // Being allowed to ask for a ticket is not being admitted: `AdmissionRules` decides that, with a record. “Own” is a
    // lesson to which an adult has invited this very person.
    .enterLesson: [
      .pupil: [.ownClass], .guardian: [.own], .subjectTeacher: [.own, .ownClass],
      .homeroomTeacher: [.own, .ownClass], .head: [.own, .ownUnit], .itTeacher: [.own],
      .officer: [.own, .unitBelow],
    ],
    .conductLesson: [.subjectTeacher: [.ownClass]],
    .viewLessonRecord: [.subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit]],
    .exportLessonRecord: [.subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit]],
    // Whoever may make a new one must be able to read it out.
    .viewClassPassphrase: [
      .subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit],
    ],
    .rotateClassPassphrase: [.subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit]],
    .liftBan: [.subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit]],
    .viewVisits: [
      .subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit], .officer: [.unitBelow],
    ],
    // “Own unit” of an officer holds no lessons: it opens the page on which a school below is chosen.
    .announceVisit: [
      .homeroomTeacher: [.ownClass], .head: [.ownUnit], .officer: [.ownUnit, .unitBelow],
    ],
    .inviteGuest: [.subjectTeacher: [.ownClass], .head: [.ownUnit]],

    // Whoever may come in may call for help.
    .raiseAlarm: [
      .pupil: [.ownClass], .guardian: [.own, .ownChild, .ownClass], .subjectTeacher: [.own, .ownClass],
      .homeroomTeacher: [.own, .ownClass], .head: [.own, .ownUnit], .itTeacher: [.own],
      .officer: [.own, .unitBelow],
    ],
    .viewAlarm: [
      .guardian: [.ownChild], .subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit],
    ],
    .acknowledgeAlarm: [
      .guardian: [.ownChild], .subjectTeacher: [.ownClass], .homeroomTeacher: [.ownClass], .head: [.ownUnit],
    ],

    .viewSystem: [.itTeacher: [.ownUnit], .head: [.ownUnit]],
    .viewLedger: [.head: [.ownUnit]],
    .editSettings: [.head: [.ownUnit], .itTeacher: [.ownUnit]],
  ]

  /// How one membership of a viewer stands to a subject.
  package static func relation(_ membership: Membership, of viewer: Person.ID, to subject: Subject) -> Set<
    Relation
  > {
    var found: Set<Relation> = []
    if subject.person == viewer { found.insert(.own) }
    if let child = membership.child, subject.person == child { found.insert(.ownChild) }
    if let own = membership.schoolClass, subject.schoolClass == own { found.insert(.ownClass) }
    if subject.unit == membership.unit { found.insert(.ownUnit) }
    if subject.above.contains(membership.unit) { found.insert(.unitBelow) }
    return found.isEmpty ? [.none] : found
  }

  /// May this person do this to that? The same answer draws the button and checks the request.
  package static func allows(_ viewer: Viewer, _ action: Action, on subject: Subject) -> Bool {
    if action.isPublic { return true }
    if !viewer.isFullySignedIn, action != .manageOwnSecondFactor { return false }
    if everybodysOwn.contains(action) { return subject.person == viewer.person.id }
    return viewer.memberships.contains { membership in
      !relations(membership.role, action)
        .isDisjoint(with: relation(membership, of: viewer.person.id, to: subject))
    }
  }

  /// What a person may do about themselves even on the day they hold no role yet.
  private static let everybodysOwn: Set<Action> =
    [.viewHome, .manageOwnSessions, .manageOwnSecondFactor, .manageOwnRecoveryCodes, .receiveLiveUpdates]
}
