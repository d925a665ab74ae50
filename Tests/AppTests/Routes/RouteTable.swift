/// Who may do what over which route, written out by hand: a change of a right or a new route must be made here too.
///
/// Objects in the path are those of 6A1 in the first school. Each group says a status and who gets it, in the order in
/// which they ask; who stands in no group is refused: nobody is sent to the sign-in page (401 for a POST), a head without
/// the second factor to `/second-factor`, everybody else gets 403.
struct RouteRow: Sendable, CustomStringConvertible {
  let method: String
  let pattern: String
  let body: String
  /// What stands for a parameter where it is not the usual one.
  let with: [String: String]
  let groups: [(status: Int, askers: [Asker])]
  /// Whether the handler reads a form.
  let readsForm: Bool

  var description: String { "\(method) \(pattern)" }
  var isPost: Bool { method == "POST" }

  init(
    _ route: String, _ groups: String, body: String = "", with: [String: String] = [:],
    readsForm: Bool = true
  ) {
    let words = route.split(separator: " ").map(String.init)
    (method, pattern) = (words[0], words[1])
    self.body = body
    self.with = with
    self.readsForm = readsForm && words[0] == "POST"
    self.groups = groups.split(separator: ";").map { group in
      let words = group.split(whereSeparator: \.isWhitespace).map(String.init)
      return (Int(words[0]) ?? 0, words.dropFirst().flatMap(Asker.named))
    }
  }

  /// Who is turned away from a lesson or from the secrets of a class is on record, by an event that changes nothing else.
  var isOnRecord: Bool {
    pattern.contains("/lessons/") || pattern.hasSuffix("/passphrase") || pattern.hasSuffix("/door")
  }

  /// The status that a row names for somebody; nil for a refusal.
  func status(of asker: Asker) -> Int? { groups.first { $0.askers.contains(asker) }?.status }
}

/// Short names of those who ask, and of groups of them.
enum Asker: String, CaseIterable, Sendable {
  case nobody, locked, half
  case pupil, unverified, guardian, teacher, homeroom
  case otherPupil, otherGuardian, otherTeacher
  case head, deputy, it, officer
  case farPupil, farGuardian, farTeacher, farHead, farIT

  static let outside: [Asker] = [.nobody, .locked, .half]
  static let signedIn = allCases.filter { !outside.contains($0) }
  /// Of 6A1 alone.
  static let ofClass: [Asker] = [.pupil, .unverified, .guardian, .teacher, .homeroom]
  static let ofSchool: [Asker] = ofClass + [.otherPupil, .otherGuardian, .otherTeacher, .head, .deputy, .it]

  static func named(_ word: String) -> [Asker] {
    switch word {
    case "everybody": allCases
    case "all": signedIn
    default: Asker(rawValue: word).map { [$0] } ?? []
    }
  }
}

extension RouteRow {
  static let rows: [RouteRow] =
    own + organisation + setup + staff + assignments + desk + timetable + lesson + visits + alarms

  private static let own: [RouteRow] = [
    .init("GET /", "200 all"),
    .init("GET /system", "200 head deputy it farHead farIT"),
    .init("GET /sign-in", "200 nobody locked; 303 half all"),
    .init("POST /sessions", "303 everybody", body: "login=dn.thirdpupil&password={password}"),
    .init("GET /activate", "200 everybody"),
    .init("POST /activations", "422 everybody"),
    .init("GET /second-factor", "200 half all"),
    .init("POST /second-factor/codes", "403 half all", body: "code=000000"),
    .init("POST /second-factor/recovery", "403 half all", body: "recovery_code=AAAA-BBBB-CCCC"),
    .init("GET /account", "200 all"),
    .init("POST /account/recovery-codes", "403 all"),
    .init("POST /account/password", "422 all", body: "current={password}&password=abc&again=abc"),
    .init("POST /account/sessions/end", "422 all"),
    .init("POST /account/sessions/end-others", "303 all", readsForm: false),
    .init("POST /sign-out", "303 everybody", readsForm: false),
  ]

  private static let organisation: [RouteRow] = [
    .init("GET /classes", "200 teacher homeroom otherTeacher head deputy it farTeacher farHead farIT"),
    .init("GET /classes/:class", "200 teacher homeroom head deputy it"),
    .init("GET /classes/import", "200 head deputy it farHead farIT"),
    .init("POST /classes/import", "422 head deputy it farHead farIT"),
    .init("GET /classes/import/:run", "200 head deputy it"),
    .init("POST /classes/import/:run/decisions", "422 head deputy it"),
    .init("POST /classes/import/:run/confirmation", "422 head deputy it"),
    .init("POST /classes/import/:run/discarding", "303 it; 410 head deputy", readsForm: false),
    .init("GET /units", "200 head deputy it officer farHead farIT"),
    .init("GET /units/:unit", "200 head deputy it officer"),
  ]

  private static let setup: [RouteRow] = [
    .init("GET /school", "200 head deputy it farHead farIT; 303 officer"),
    .init("GET /units/:unit/years", "200 head deputy it"),
    .init("POST /units/:unit/years", "422 head deputy it"),
    .init("POST /units/:unit/years/:year/ending", "422 head deputy it"),
    .init("GET /units/:unit/subjects", "200 head deputy it"),
    .init("POST /units/:unit/subjects", "303 head deputy it"),
    .init(
      "POST /units/:unit/subjects/:subject/retirement", "303 it; 404 head deputy", with: ["subject": "spare"],
      readsForm: false),
    .init(
      "POST /units/:unit/subjects/:subject/restoration", "404 head deputy it", with: ["subject": "spare"],
      readsForm: false),
    .init("POST /units/:unit/classes", "422 head deputy it"),
  ]

  private static let staff: [RouteRow] = [
    .init("GET /units/:unit/staff", "200 head deputy it"),
    .init("POST /units/:unit/staff", "422 head deputy it"),
    .init("POST /units/:unit/staff/slips", "422 head deputy it"),
    .init("POST /units/:unit/staff/slips.pdf", "422 head deputy it"),
    member("GET", "", "200 head deputy it"),
    member("POST", "/departure", "303 it; 404 head deputy"),
    member("POST", "/functions", "422 head deputy"),
    member("POST", "/function-endings", "422 head deputy"),
    member("POST", "/verification", "409 head deputy it"),
    member("POST", "/session-ending", "303 head deputy it"),
    member("POST", "/lock", "303 head deputy it"),
    member("POST", "/unlocking", "303 head deputy it"),
    member("POST", "/second-factor-reset", "422 head deputy it"),
    member("POST", "/assignments", "422 head deputy it"),
    member("POST", "/assignment-endings", "404 head deputy it"),
  ]

  private static func member(_ method: String, _ rest: String, _ groups: String) -> RouteRow {
    .init("\(method) /units/:unit/staff/:person\(rest)", groups, with: ["person": "staff"])
  }

  private static let assignments: [RouteRow] = [
    .init("GET /units/:unit/assignments", "200 head deputy it"),
    .init("GET /classes/:class/teachers", "200 teacher homeroom head deputy it"),
    .init("POST /classes/:class/teachers", "409 head deputy it"),
    .init("POST /classes/:class/teachers/endings", "404 head deputy it"),
  ]

  private static let visits: [RouteRow] = [
    .init("GET /visits", "200 homeroom otherTeacher head deputy officer farTeacher farHead"),
    .init("GET /lessons/:lesson/visits", "200 teacher homeroom head deputy officer"),
    .init("POST /lessons/:lesson/visits", "422 homeroom head deputy officer"),
    .init("POST /lessons/:lesson/visits/withdrawal", "404 homeroom head deputy officer", readsForm: false),
    .init("POST /lessons/:lesson/guests", "409 teacher head deputy"),
    .init("POST /lessons/:lesson/guests/withdrawal", "422 teacher head deputy"),
  ]

  private static let desk: [RouteRow] = [
    .init("GET /classes/:class/accounts", "200 homeroom head deputy it"),
    .init("GET /classes/:class/accounts/:person", "200 homeroom head deputy it"),
    .init("POST /classes/:class/verifications", "303 homeroom", body: "whole_class=1"),
    .init(
      "POST /classes/:class/accounts/:person/verification", "303 homeroom", with: ["person": "unverified"],
      readsForm: false),
    .init("POST /classes/:class/accounts/:person/password-reset", "303 homeroom it", readsForm: false),
    .init(
      "POST /classes/:class/accounts/:person/session-ending", "303 homeroom head deputy it", readsForm: false),
    .init(
      "POST /classes/:class/accounts/:person/unlocking", "303 homeroom head deputy it",
      with: ["person": "locked"], readsForm: false),
    .init("POST /classes/:class/accounts/:person/lock", "303 homeroom head deputy it", body: "reason=lost"),
    .init("GET /children/:person", "200 guardian homeroom", with: ["person": "child"]),
    .init(
      "POST /children/:person/verification", "409 guardian homeroom", with: ["person": "child"],
      readsForm: false),
    .init("POST /classes/:class/slips", "200 homeroom head deputy it", body: "person={person}"),
    .init("POST /classes/:class/slips.pdf", "422 homeroom head deputy it"),
  ]

  private static let timetable: [RouteRow] = [
    .init(
      "GET /timetable",
      """
      200 pupil unverified guardian teacher homeroom otherPupil otherGuardian otherTeacher head deputy it
        farPupil farGuardian farTeacher farHead farIT
      """),
    .init(
      "GET /classes/:class/timetable", "200 pupil unverified guardian teacher homeroom head deputy it"),
    .init("POST /classes/:class/timetable/slots", "422 head deputy it"),
    .init("POST /classes/:class/timetable/lessons", "422 head deputy it"),
    .init(
      "POST /classes/:class/timetable/slots/:slot/ending", "303 it; 404 head deputy", readsForm: false),
    .init("GET /classes/:class/timetable/lessons/:lesson", "200 head deputy it"),
    .init(
      "POST /classes/:class/timetable/lessons/:lesson/cancellation", "303 it; 409 head deputy",
      with: ["lesson": "later"], readsForm: false),
    .init(
      "POST /classes/:class/timetable/lessons/:lesson/substitute", "422 head deputy",
      with: ["lesson": "later"]),
    .init(
      "POST /classes/:class/timetable/lessons/:lesson/substitute-withdrawal", "404 head deputy",
      with: ["lesson": "later"], readsForm: false),
  ]

  private static let lesson: [RouteRow] = [
    .init("GET /lessons/:lesson", "200 pupil unverified teacher homeroom head deputy officer"),
    .init(
      "POST /api/v1/lessons/:lesson/tickets", "201 pupil unverified teacher homeroom head deputy officer",
      readsForm: false),
    .init(
      "POST /lessons/:lesson/alarms", "200 pupil unverified guardian teacher homeroom head deputy officer"),
    .init("GET /lessons/:lesson/record", "200 teacher homeroom head deputy"),
    .init("GET /lessons/:lesson/record.csv", "200 teacher homeroom head deputy"),
    .init("POST /lessons/:lesson/bans/lifted", "422 teacher homeroom head deputy"),
    .init("GET /classes/:class/passphrase", "200 teacher homeroom head deputy"),
    .init("POST /classes/:class/passphrase", "303 teacher homeroom head deputy", readsForm: false),
    .init("POST /classes/:class/door", "303 teacher homeroom head deputy"),
  ]

  private static let alarms: [RouteRow] = [
    .init("GET /alarms", "200 all"),
    .init("GET /alarms/:alarm", "200 guardian teacher homeroom head deputy"),
    .init(
      "POST /alarms/:alarm/acknowledgement", "303 guardian teacher homeroom head deputy", readsForm: false),
    // Of somebody else's message nobody learns whether there is one.
    .init("POST /messages/:message/read", "303 teacher; 404 all", readsForm: false),
  ]
}
