import Foundation
import Jobs
import Logging
import Rules
import ServiceLifecycle
import Storage
import TestKit
import Testing

@Suite struct MailDeliveryTests {
  private func transport(_ sink: SMTPSink) throws -> MailTransport {
    try SMTPClient(
      SMTPSettings(
        host: "127.0.0.1", port: sink.port, security: .startTLSIfOffered, clientName: "lop.truong.example",
        limits: .patient)
    ).transport
  }

  private func body(_ mail: SMTPSink.Mail) -> String {
    let text = mail.text.components(separatedBy: "\r\n\r\n").dropFirst().joined()
    return String(
      decoding: Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data(), as: UTF8.self)
  }

  @Test("a posted e-mail leaves at once", arguments: EngineKind.allCases)
  func atOnce(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let sink = try await SMTPSink.start()
      try await f.running(f.runner(mail: f.mail(to: try transport(sink)))) {
        try await f.post(JobsFixture.message())
        try await eventually("noted as sent") { try await f.receipts().first?.sentAt != nil }
      }
      #expect(sink.mails.count == 1)
      let text = body(sink.mails[0])
      #expect(text.contains("Giáo viên đã được báo."))
      #expect(text.contains("https://lop.truong.example/alarms/1"))
      await sink.stop()
    }
  }

  @Test("a server that is busy twice gets it the third time", arguments: EngineKind.allCases)
  func retried(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let sink = try await SMTPSink.start([
        .answer(.rcpt, "450 4.2.0 an@nha.example busy"), .hangUp(.text), .accept,
      ])
      let runner = f.runner(mail: f.mail(to: try transport(sink)))
      try await f.running(runner) {
        try await f.post(JobsFixture.message())
        try await eventually("first failure noted") { try await f.receipts()[0].reason == "rcpt 450 4.2.0" }
        f.clock.advance(15)
        runner.wakeUp()
        try await eventually("second failure noted") { try await f.receipts()[0].reason == "connection-lost" }
        f.clock.advance(60)
        runner.wakeUp()
        try await eventually("sent") { try await f.receipts()[0].sentAt != nil }
      }
      #expect(sink.mails.count == 1)
      #expect(try await f.receipts()[0].reason == nil)
      await sink.stop()
    }
  }

  @Test(
    "a refusal for good is given up at once, with an event and without the address",
    arguments: EngineKind.allCases)
  func givenUp(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let sink = try await SMTPSink.start([.answer(.rcpt, "550 5.1.1 <phu.huynh@nha.example> unknown")])
      let id = try #require(try await f.post(JobsFixture.message())[.email])
      try await f.running(f.runner(mail: f.mail(to: try transport(sink)))) {
        try await eventually("given up") { try await f.receipts()[0].givenUpAt != nil }
      }
      #expect(try await f.receipts()[0].reason == "rcpt 550 5.1.1")
      let events = try await f.database.read { try Ledger.events(about: id.rawValue, in: $0) }
      #expect(events.map(\.name) == ["message.undelivered"])
      #expect(events[0].facts["reason"] == "rcpt 550 5.1.1")
      #expect(!events[0].body.contains("nha.example"))
      #expect(sink.connections == 1)
      await sink.stop()
    }
  }

  @Test(
    "what cannot be sent is given up with its reason",
    arguments: [
      ("nobody", "no-address"), ("broken", "bad-address"), ("empty", "no-address"),
    ])
  func unreachable(person: String, reason: String) async throws {
    for kind in EngineKind.allCases {
      try await withFixture(kind) { f in
        let never = MailTransport { _ in Issue.record("nothing may be sent") }
        let mail = f.mail(to: never, addresses: ["broken": "a@b.example\r\nBcc: c@d.example", "empty": ""])
        try await f.post(JobsFixture.message(to: person))
        try await f.running(f.runner(mail: mail)) {
          try await eventually("given up") { try await f.receipts()[0].givenUpAt != nil }
        }
        #expect(try await f.receipts()[0].reason == reason)
      }
    }
  }

  @Test("without a mail server the record says so", arguments: EngineKind.allCases)
  func noServer(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      try await f.post(JobsFixture.message(by: [.page, .email]))
      try await f.running(f.runner()) {
        try await eventually("given up") { try await f.receipts().contains { $0.reason == "no-mail-server" } }
      }
      #expect(try await f.receipts().filter { $0.givenUpAt != nil }.map(\.channel) == [.email])
    }
  }

  @Test("an e-mail that has become worthless is not sent", arguments: EngineKind.allCases)
  func expired(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      try await f.post(JobsFixture.message(expires: f.clock.time + 60))
      f.clock.advance(60)
      let never = MailTransport { _ in Issue.record("nothing may be sent") }
      try await f.running(f.runner(mail: f.mail(to: never))) {
        try await eventually("given up") { try await f.receipts()[0].reason == "expired" }
      }
    }
  }

  @Test("a dead server is given up after a bounded number of attempts", arguments: EngineKind.allCases)
  func bounded(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let tries = Tally()
      let dead = MailTransport { _ in
        tries.add("try")
        throw MailFailure(.temporary, "connect")
      }
      let runner = f.runner(mail: f.mail(to: dead))
      try await f.post(JobsFixture.message())
      try await f.running(runner) {
        for attempt in 1...11 {
          try await eventually("attempt \(attempt) noted") {
            try await f.database.read {
              try $0.exists("SELECT 1 FROM outbox_message WHERE attempts = \(attempt) AND taken_by IS NULL")
            }
          }
          f.clock.advance(8 * .hour)
          runner.wakeUp()
        }
        try await eventually("given up") { try await f.receipts()[0].givenUpAt != nil }
      }
      #expect(tries.total == 11)
    }
  }

  @Test("eight nodes race for a hundred e-mails: each leaves once", arguments: EngineKind.allCases)
  func race(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let sent = Tally()
      let transport = MailTransport { letter in
        sent.add(letter.recipient.text)
        await Task.yield()
      }
      let people = (0..<100).map { "p\($0)" }
      let mail = f.mail(
        to: transport, addresses: Dictionary(uniqueKeysWithValues: people.map { ($0, "\($0)@nha.example") }))
      try await f.database.write { [outbox = f.outbox] db in
        for person in people { try outbox.post(JobsFixture.message(to: person), in: db) }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          let runner = f.anotherNode().runner(mail: mail)
          group.addTask { try await runner.run() }
        }
        try await eventually("all noted") { try await f.receipts().allSatisfy { $0.sentAt != nil } }
        group.cancelAll()
      }
      #expect(sent.keys.count == 100 && sent.total == 100)
      let taken = try await f.database.read { try $0.row("SELECT MAX(attempts) FROM outbox_message")?.int(0) }
      #expect(taken == 1, "a lease is exclusive")
    }
  }

  @Test("what a killed node had taken or not yet taken is sent by the next", arguments: EngineKind.allCases)
  func killed(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      // Posted by a node that never ran its worker, and one message in the hands of a node that was killed.
      try await f.post(JobsFixture.message(key: "a"))
      try await f.post(JobsFixture.message(key: "b"))
      try await f.database.write { db in
        try db.run(
          """
          UPDATE outbox_message SET taken_by = 'dead', taken_until = \(db.at + 180), attempts = 1
          WHERE dedupe_key = 'b'
          """)
      }
      let sink = try await SMTPSink.start()
      let next = f.anotherNode()
      let runner = next.runner(mail: next.mail(to: try transport(sink)))
      try await next.running(runner) {
        // Noted, not only sent: the lease would end with the jump of the clock.
        try await eventually("the free one noted") {
          try await f.receipts().filter { $0.sentAt != nil }.count == 1
        }
        f.clock.advance(180)
        runner.wakeUp()
        try await eventually("both noted") { try await f.receipts().allSatisfy { $0.sentAt != nil } }
      }
      #expect(sink.mails.count == 2)
      await sink.stop()
    }
  }

  @Test(
    "a killed runner's letter is broken off and sent by the next, not counted as failed",
    arguments: EngineKind.allCases)
  func brokenOff(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let sink = try await SMTPSink.start([.silence(.text), .accept])
      let delivery = f.mail(to: try transport(sink))
      try await f.post(JobsFixture.message())
      try await f.running(f.runner(mail: delivery)) {
        try await eventually("in the midst") { sink.commands.contains("DATA") }
      }
      let row = try await f.database.read { try $0.row("SELECT attempts, taken_by FROM outbox_message") }
      #expect(row?.int(0) == 0 && row?.optionalText(1) == nil)
      try await f.running(f.anotherNode().runner(mail: delivery)) {
        try await eventually("sent") { try await f.receipts()[0].sentAt != nil }
      }
      let ids = sink.mails.map { $0.text.components(separatedBy: "Message-ID: ")[1].prefix(36) }
      #expect(Set(ids).count == 1, "whoever gets it twice can see that it is the same")
      await sink.stop()
    }
  }

  @Test func anUrgentLetterGoesFirst() async throws {
    try await withFixture(.sqlite) { f in
      for number in 0..<5 {
        try await f.post(JobsFixture.message(key: "n\(number)", subject: "thường", urgency: .normal))
      }
      try await f.post(JobsFixture.message(key: "u", subject: "khẩn"))
      let order = Tally()
      let transport = MailTransport { letter in
        order.add(order.total == 0 ? "first \(letter.text.contains("a2jhuqlu"))" : "later")
      }
      var limits = JobLimits()
      limits.mailsAtOnce = 1
      try await f.running(f.runner(mail: f.mail(to: transport), limits: limits)) {
        try await eventually("all") { order.total == 6 }
      }
      #expect(order.count("first true") == 1)
    }
  }

  @Test("a graceful shutdown lets a letter finish")
  func gracefulShutdown() async throws {
    try await withFixture(.sqlite) { f in
      let sink = try await SMTPSink.start([.slow(milliseconds: 20)])
      var limits = JobLimits()
      limits.grace = .seconds(300)
      let runner = f.runner(mail: f.mail(to: try transport(sink)), limits: limits)
      let group = ServiceGroup(services: [runner], logger: .init(label: "jobs.test"))
      try await f.post(JobsFixture.message())
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        try await eventually("begun") { sink.connections == 1 }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
      }
      #expect(try await f.receipts()[0].sentAt != nil)
      #expect(sink.mails.count == 1)
      await sink.stop()
    }
  }

  @Test("a graceful shutdown does not wait for a server that is silent")
  func shutdownIsBounded() async throws {
    try await withFixture(.sqlite) { f in
      let sink = try await SMTPSink.start([.silence(.greeting)])
      var limits = JobLimits()
      limits.grace = .milliseconds(100)
      let group = ServiceGroup(
        services: [f.runner(mail: f.mail(to: try transport(sink)), limits: limits)],
        logger: .init(label: "jobs.test"))
      try await f.post(JobsFixture.message())
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        try await eventually("begun") { sink.connections == 1 }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
      }
      let receipt = try await f.receipts()[0]
      #expect(receipt.sentAt == nil)
      #expect(receipt.reason == nil, "broken off by us: the server's time was not over")
      await sink.stop()
    }
  }
}
