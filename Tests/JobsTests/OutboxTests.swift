import Jobs
import Rules
import Storage
import TestKit
import Testing

@Suite struct OutboxTests {
  @Test("message and cause are one change", arguments: EngineKind.allCases)
  func oneTransaction(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      struct CauseFailed: Error {}
      await #expect(throws: CauseFailed.self) {
        try await f.database.write { [outbox = f.outbox] db in
          try outbox.post(JobsFixture.message(by: [.page, .email]), in: db)
          throw CauseFailed()
        }
      }
      let kept = try await f.receipts()
      #expect(kept.isEmpty)
      #expect(f.pushed.count == 0)
    }
  }

  @Test("a page message is pushed after the commit and stands on the list", arguments: EngineKind.allCases)
  func pushedAtOnce(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let id = try #require(
        try await f.post(JobsFixture.message(by: [.page], subject: "“Lạ” <b>\u{202E}6A2\n"))[.page])
      try await eventually("pushed") { f.pushed.count == 1 }
      let json = f.pushed.texts[0]
      #expect(json.contains("\"id\":\"\(id)\""))
      #expect(json.contains("\"subject\":\"“Lạ” <b>6A2\""))
      let listed = try await f.database.read {
        try Outbox.messages(for: .init(rawValue: "parent"), unreadOnly: true, in: $0)
      }
      #expect(listed.map(\.id) == [id])
      #expect(try await f.receipts().map(\.sentAt) == [f.clock.time])
    }
  }

  @Test("the same key tells the same person once on each channel", arguments: EngineKind.allCases)
  func dedupe(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      #expect(try await f.post(JobsFixture.message(by: [.page, .email])).count == 2)
      #expect(try await f.post(JobsFixture.message(by: [.page, .email])).isEmpty)
      #expect(try await f.post(JobsFixture.message(to: "head", by: [.page])).count == 1)
      try await eventually("both pushed") { f.pushed.count == 2 }
      #expect(try await f.receipts().count == 3)
    }
  }

  @Test("only the recipient confirms and reads", arguments: EngineKind.allCases)
  func receiptsAreTheRecipients(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let id = try #require(try await f.post(JobsFixture.message(by: [.page, .email]))[.page])
      let stranger = Person.ID(rawValue: "stranger")
      let strangersTry = try await f.database.write { db in
        (try Outbox.markDelivered(id, by: stranger, in: db), try Outbox.markRead(id, by: stranger, in: db))
      }
      #expect(strangersTry == (false, false))
      #expect(try await f.receipts().allSatisfy { $0.deliveredAt == nil && $0.readAt == nil })

      let parent = Person.ID(rawValue: "parent")
      let first = f.clock.time
      #expect(try await f.database.write { try Outbox.markRead(id, by: parent, in: $0) })
      f.clock.advance(100)
      #expect(try await f.database.write { try Outbox.markRead(id, by: parent, in: $0) })
      let receipt = try #require(try await f.receipts().first { $0.channel == .page })
      #expect(receipt.readAt == first && receipt.deliveredAt == first)
      let events = try await f.database.read { try Ledger.events(about: id.rawValue, in: $0) }
      #expect(events.map(\.name) == ["message.read"])
      #expect(try await f.database.read { try Outbox.unreadCount(for: parent, in: $0) } == 0)
    }
  }

  @Test("an e-mail's key is no message of a page", arguments: EngineKind.allCases)
  func emailIsNotReadOnPages(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let id = try #require(try await f.post(JobsFixture.message())[.email])
      #expect(try await !f.database.write { try Outbox.markRead(id, by: .init(rawValue: "parent"), in: $0) })
    }
  }

  @Test(
    "an alarm is pushed again until a page confirms it, and at most four times",
    arguments: EngineKind.allCases)
  func pushedAgain(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let id = try #require(try await f.post(JobsFixture.message(by: [.page]))[.page])
      let runner = f.runner()
      try await f.running(runner) {
        for count in 2...4 {
          f.clock.advance(120)
          runner.wakeUp()
          try await eventually("push \(count)") { f.pushed.count == count }
        }
        f.clock.advance(10_000)
        runner.wakeUp()
        try await f.post(JobsFixture.message(to: "head", by: [.page]))
        try await eventually("the other") { f.pushed.count == 5 }
        try await f.database.write { try Outbox.markDelivered(id, by: .init(rawValue: "parent"), in: $0) }
      }
      #expect(f.pushed.people.filter { $0.rawValue == "parent" }.count == 4)
    }
  }

  @Test("a confirmed alarm is not pushed again", arguments: EngineKind.allCases)
  func confirmedIsQuiet(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let id = try #require(try await f.post(JobsFixture.message(by: [.page]))[.page])
      try await f.database.write { _ = try Outbox.markDelivered(id, by: .init(rawValue: "parent"), in: $0) }
      f.clock.advance(5)
      try await f.post(JobsFixture.message(to: "head", by: [.page]))
      f.clock.advance(120)
      let runner = f.runner()
      try await f.running(runner) {
        try await eventually("the unconfirmed one again") { f.pushed.count == 3 }
      }
      #expect(f.pushed.people.map(\.rawValue) == ["parent", "head", "head"])
    }
  }

  @Test("a message for later appears when it is due", arguments: EngineKind.allCases)
  func later(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let parent = Person.ID(rawValue: "parent")
      try await f.post(JobsFixture.message(by: [.page], due: f.clock.time + 600))
      #expect(
        try await f.database.read { try Outbox.messages(for: parent, unreadOnly: false, in: $0) }.isEmpty)
      let runner = f.runner()
      try await f.running(runner) {
        f.clock.advance(600)
        runner.wakeUp()
        try await eventually("pushed") { f.pushed.count == 1 }
      }
      #expect(
        try await f.database.read { try Outbox.messages(for: parent, unreadOnly: false, in: $0) }.count == 1)
    }
  }

  @Test(
    "a link never leads to another site",
    arguments: ["https://la.example/", "//la.example", "/\\la.example", "a", "/a b", "/a\nb", ""])
  func foreignLink(link: String) async throws {
    try await withFixture(.sqlite) { f in
      await #expect(throws: OutboxError.foreignLink) { try await f.post(JobsFixture.message(link: link)) }
      let kept = try await f.receipts()
      #expect(kept.isEmpty)
    }
  }

  @Test func noChannelAndEmptySubjectAreFaultsOfTheCaller() async throws {
    try await withFixture(.sqlite) { f in
      await #expect(throws: OutboxError.noChannel) { try await f.post(JobsFixture.message(by: [])) }
      await #expect(throws: OutboxError.emptySubject) {
        try await f.post(JobsFixture.message(subject: " \u{200B}\n"))
      }
      await #expect(throws: OutboxError.bodyTooLong) {
        try await f.post(JobsFixture.message(body: String(repeating: "a", count: 20_001)))
      }
    }
  }

  @Test("hostile words do not stop an alarm", arguments: EngineKind.allCases)
  func hostileWords(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let subject = "6A2\r\nBcc: la@la.example\0" + String(repeating: "e\u{301}\u{323}", count: 400)
      try await f.post(
        JobsFixture.message(by: [.page, .email], subject: subject, body: "một\r\nhai\0\u{202E}ba"))
      let kept = try await f.database.read {
        try Outbox.messages(for: .init(rawValue: "parent"), unreadOnly: true, in: $0)
      }
      #expect(kept[0].subject.hasPrefix("6A2 Bcc: la@la.example"))
      #expect(kept[0].subject.unicodeScalars.count == 300)
      #expect(kept[0].body == "một\nhaiba")
    }
  }
}
