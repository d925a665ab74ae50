import Rules
import Testing

@Suite struct VisitRulesTests {
  private static let start = Timestamp.onMonday(8, 0)
  private static let time = lessonTime(start, minutes: 45)

  private func announce(
    _ purpose: String = "Góp ý tiết dạy", from: Int64? = nil, to: Int64? = nil, at now: Int64 = -3_600
  ) -> Result<VisitRules.Announcement, UserError> {
    do throws(UserError) {
      return .success(
        try VisitRules.announce(
          purpose: purpose, from: from.map { Self.start + $0 }, to: to.map { Self.start + $0 },
          lesson: Self.time, at: Self.start + now))
    } catch { return .failure(error) }
  }

  private func code(_ result: Result<VisitRules.Announcement, UserError>) -> String? {
    if case .failure(let error) = result { error.code.rawValue } else { nil }
  }

  @Test func aVisitSaysWhyAndLiesWithinTheLesson() throws {
    #expect(
      try announce().get() == .init(purpose: "Góp ý tiết dạy", from: Self.time.start, to: Self.time.end))
    #expect(code(announce("")) == "LOP-416")
    #expect(code(announce("xem")) == "LOP-416")
    #expect(code(announce("\u{202E}\u{200B}  ab ")) == "LOP-416")
    #expect(code(announce(String(repeating: "a", count: 201))) == "LOP-416")
    #expect(code(announce(from: -1)) == "LOP-417")
    #expect(code(announce(to: 2_701)) == "LOP-417")
    #expect(code(announce(from: 600, to: 600)) == "LOP-417")
    #expect(code(announce(at: 2_699)) == nil)
    #expect(code(announce(at: 2_700)) == "LOP-414")
  }

  @Test("an announcement opens the door from the lobby's opening to its own end")
  func counts() throws {
    let visit = try announce(from: 600, to: 1_200).get()
    for (second, isOpen) in [
      (Int64(600 - 901), false), (600 - 900, true), (600, true), (1_199, true), (1_200, false),
    ] {
      #expect(VisitRules.counts(visit, opening: .standard, at: Self.start + second) == isOpen, "\(second)")
    }
  }
}
