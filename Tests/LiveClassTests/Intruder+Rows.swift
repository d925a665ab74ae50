import Crypto
import Foundation
import Identity
import Rules
import Storage
import TestKit
import Testing

extension Intruder {
  // MARK: Without a session, or with somebody else's

  static let withoutSession: [Intruder] = [
    .init("the link alone", by: .nobody, told: "303", .chain, "notSignedIn") {
      Attempt(try await $0.browser(.nobody).get("/lessons/\($0.lesson)"))
    },
    .init("the link alone, at the ticket office", by: .nobody, told: "401", .chain, "notSignedIn") {
      Attempt(try await $0.browser(.nobody).askForTicket($0.lesson))
    },
    .init("a cookie that was made up", by: .nobody, told: "401", .chain, "notSignedIn") {
      let forged = Browser(
        classroom: $0, actor: .nobody, cookie: "__Host-lopan=\(Secrets.token())",
        key: try await $0.browser(.nobody).key)
      return Attempt(try await forged.askForTicket($0.lesson))
    },
    .init("a session that was ended", by: .pupil, told: "401", .chain, "sessionEnded") {
      let browser = try await $0.browser(.pupil)
      let account = try await $0.school.account(.pupil)
      try await $0.database.write { try Sessions.endAll(of: account.id, because: .signedOut, in: $0) }
      return Attempt(try await browser.askForTicket($0.lesson))
    },
    .init("a foreign page with the pupil's cookie", by: .pupil, told: "403", .chain, "foreignOrigin") {
      let page = try await $0.browser(.pupil).page(origin: "https://xau.example")
      return Attempt("\(page.status ?? 0)", saw: page.allText)
    },
    .door("a stolen cookie without the key", by: .pupil, told: "LOP-401", "deviceProofMissing") {
      try await $1.enter($0.lesson, ticket: try await $1.browser.ticket(), proves: false)
    },
    .init("a stolen cookie with another key", by: .pupil, told: "LOP-401", .door, "deviceProofWrong") {
      let page = try await $0.browser(.pupil).stolen().page()
      let ticket = try await page.browser.ticket()
      return Attempt(try await page.enter($0.lesson, ticket: ticket), on: page)
    },
    .door("a signature overheard on another line", by: .pupil, told: "LOP-401", "deviceProofWrong") {
      let other = try await $0.page(.pupil)
      return try await $1.enter(
        $0.lesson, ticket: try await $1.browser.ticket(), challenge: other.challenge)
    },
    .door("a signature for another lesson", by: .pupil, told: "LOP-401", "deviceProofWrong") {
      try await $1.enter(
        $0.school.places.laterLesson, ticket: try await $1.browser.ticket(),
        also: ["lesson": $0.lesson.rawValue])
    },
  ]

  // MARK: People of other places

  /// Each at the ticket office, at the page, and at the door itself with the best that they could get hold of.
  static let ofOthers: [Intruder] =
    strangers.flatMap { actor, code, reason in
      [
        .init("\(actor) at the ticket office", by: actor, told: "403", .chain, reason) {
          Attempt(try await $0.browser(actor).askForTicket($0.lesson))
        },
        .init("\(actor) at the page", by: actor, told: "403", .chain, reason) {
          Attempt(try await $0.browser(actor).get("/lessons/\($0.lesson)"))
        },
        .door("\(actor) at the door", by: actor, told: code, reason) {
          _ = try await $0.openLesson()
          return try await $1.enter($0.lesson, ticket: nil)
        },
        .door("\(actor) with a ticket given away", by: actor, told: "LOP-402", "ticketOfOtherAccount") {
          try await $1.enter($0.lesson, ticket: try await $0.browser(.classmate).ticket())
        },
      ]
    } + visitors + [
      .door("under a classmate's name", by: .pupilOfOtherClass, told: "LOP-406", "pupilOfOtherClass") {
        try await $1.enter(
          $0.lesson, ticket: nil,
          also: [
            "person": $0.school.person(.classmate).rawValue, "name": "02. Trần Bảo Bình – 6A1",
            "account": try await $0.school.account(.classmate).id.rawValue, "role": "teacher",
          ])
      }
    ]

  private static let strangers: [(DemoSchool.Actor, String, String)] = [
    (.pupilOfOtherClass, "LOP-406", "pupilOfOtherClass"),
    (.pupilOfOtherSchool, "LOP-406", "pupilOfOtherClass"), (.guardian, "LOP-407", "guardianOfPupil"),
    (.guardianOfOtherClass, "LOP-406", "notOnRoster"), (.teacherOfOtherClass, "LOP-406", "notOnRoster"),
    (.teacherOfOtherSchool, "LOP-406", "teacherOfOtherSchool"),
    (.headOfOtherSchool, "LOP-406", "notOnRoster"), (.itTeacher, "LOP-406", "notOnRoster"),
  ]

  /// May ask for the door, and are told that visits are announced.
  private static let visitors: [Intruder] = [DemoSchool.Actor.head, .homeroomTeacher, .officer].map { actor in
    .door("\(actor) without notice", by: actor, told: "LOP-408", "visitNotAnnounced") {
      try await $1.enter($0.lesson, ticket: try await $1.browser.ticket())
    }
  }

  // MARK: Tickets

  static let withTickets: [Intruder] = [
    .door("no ticket", by: .pupil, told: "LOP-403", "ticketMissing") {
      try await $1.enter($0.lesson, ticket: nil)
    },
    .door("a used ticket", by: .pupil, told: "LOP-403", "ticketUsed") {
      let ticket = try await $1.browser.ticket()
      guard try await $1.enter($0.lesson, ticket: ticket).t == "ok" else { throw NeverCame(what: "a seat") }
      try await $1.does("leave")
      return try await $1.enter($0.lesson, ticket: ticket)
    },
    .door("an expired ticket", by: .pupil, told: "LOP-403", "ticketExpired") {
      let ticket = try await $1.browser.ticket()
      $0.clock.advance(60)
      return try await $1.enter($0.lesson, ticket: ticket)
    },
    .door("a ticket for another lesson", by: .pupil, told: "LOP-402", "ticketOfOtherLesson") {
      try await $1.enter($0.lesson, ticket: try await $1.browser.ticket($0.school.places.laterLesson))
    },
    .door("a forged ticket", by: .pupil, told: "LOP-402", "ticketForged") {
      try await $1.enter($0.lesson, ticket: Secrets.token())
    },
    .door("a ticket that is an attack on the database", by: .pupil, told: "LOP-402", "ticketForged") {
      try await $1.enter($0.lesson, ticket: "' OR used_at IS NULL OR token_hash = '\u{0}%")
    },
    .door("a classmate's ticket", by: .pupil, told: "LOP-402", "ticketOfOtherAccount") {
      try await $1.enter($0.lesson, ticket: try await $0.browser(.classmate).ticket())
    },
    .door("the own ticket on another machine", by: .pupil, told: "LOP-402", "ticketOfOtherDevice") {
      try await $1.enter($0.lesson, ticket: try await $0.otherBrowser(.pupil).ticket())
    },
    .init("a second device", by: .pupil, told: "LOP-415", .door, "seatTaken", hasSeat: true) {
      _ = try await $0.openLesson()
      let first = try await $0.page(.pupil, in: "room")
      let second = try await $0.otherBrowser(.pupil).page()
      let answer = try await second.enter($0.lesson, ticket: try await second.browser.ticket())
      guard first.isOpen else { throw NeverCame(what: "the first device stays") }
      return Attempt(answer, on: second)
    },
  ]

  // MARK: Removed

  static let removed: [Intruder] = [
    removed("a removed pupil again", "removedFromLesson") { try await $0.browser(.pupil) },
    removed("a removed pupil from another device", "removedFromLesson") {
      try await $0.otherBrowser(.pupil)
    },
    removed("a removed pupil with a new session on the old device", "removedFromLesson") { classroom in
      let old = try await classroom.browser(.pupil)
      let new = try await classroom.otherBrowser(.pupil)
      let account = try await classroom.school.account(.pupil)
      try await classroom.database.write { db in
        try db.run(
          "UPDATE session SET device_key = \(old.key.publicKey.x963Representation.base64URL) WHERE account_id = \(account.id)"
        )
      }
      return Browser(classroom: classroom, actor: .pupil, cookie: new.cookie, key: old.key)
    },
    removed("a pupil removed from the class, in its next lesson", "removedFromClass", scope: "schoolClass") {
      $0.clock.set($0.clock.time + 5 * .hour)
      return try await $0.browser(.pupil)
    } lesson: {
      $0.school.places.laterLesson
    },
  ]

  private static func removed(
    _ route: String, _ reason: String, scope: String = "lesson",
    _ comesBack: @escaping @Sendable (Classroom) async throws -> Browser,
    lesson: @escaping @Sendable (Classroom) -> Lesson.ID = { $0.lesson }
  ) -> Intruder {
    .init(route, by: .pupil, told: "LOP-409", .door, reason) { classroom in
      let teacher = try await classroom.openLesson()
      let page = try await classroom.page(.pupil, in: "room")
      let person = page.browser.person.rawValue
      try await teacher.does("remove", ["person": person, "scope": scope])
      guard try await page.ends() == 1008 else { throw NeverCame(what: "the end of the removed page") }
      let again = try await comesBack(classroom).page()
      let ticket = try await again.browser.ticket(lesson(classroom))
      return Attempt(try await again.enter(lesson(classroom), ticket: ticket), on: again)
    }
  }

  // MARK: Accounts

  static let accounts: [Intruder] = [
    .door("an unverified account", by: .unverifiedPupil, told: "LOP-405", "accountUnverified") {
      try await $1.enter($0.lesson, ticket: try await $1.browser.ticket())
    },
    .init("a locked account", by: .lockedPupil, told: "401", .chain, "accountLocked") {
      Attempt(try await $0.browser(.lockedPupil).askForTicket($0.lesson))
    },
    .init("a locked account, at the socket", by: .lockedPupil, told: "403", .chain, "accountLocked") {
      let page = try await $0.page(.lockedPupil)
      return Attempt("\(page.status ?? 0)", saw: page.allText)
    },
    .door("an account locked a moment ago", by: .pupil, told: "LOP-404", "accountLocked") {
      let (ticket, person) = (try await $1.browser.ticket(), $1.browser.person)
      try await $0.database.write {
        try $0.run("UPDATE account SET state = 'locked' WHERE person_id = \(person)")
      }
      return try await $1.enter($0.lesson, ticket: ticket)
    },
  ]

  // MARK: Hours

  static let outsideHours: [Intruder] = [
    .door("before the opening", by: .pupil, told: "LOP-413", "beforeOpening") {
      let later = $0.school.places.laterLesson
      return try await $1.enter(later, ticket: try await $1.browser.ticket(later))
    },
    .door("a second before the opening", by: .pupil, told: "LOP-413", "beforeOpening") {
      $0.clock.set($0.school.today.at(minutes: 7 * 60 + 45) + -1)
      return try await $1.enter($0.lesson, ticket: try await $1.browser.ticket())
    },
    .door("after the teacher ended it", by: .pupil, told: "LOP-414", "lessonEnded") {
      let teacher = try await $0.openLesson()
      try await teacher.does("end")
      return try await $1.enter($0.lesson, ticket: try await $1.browser.ticket())
    },
    .door("after its time, though nobody ended it", by: .pupil, told: "LOP-414", "lessonEnded") {
      _ = try await $0.openLesson()
      $0.clock.set($0.school.today.at(minutes: 8 * 60 + 55))
      return try await $1.enter($0.lesson, ticket: try await $1.browser.ticket())
    },
  ]
}
