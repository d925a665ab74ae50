import Rules
import Testing

@Suite struct SignInRulesTests {
  private let now = Timestamp(seconds: 1_800_000_000)

  private func wait(
    account: Int, secondsAgo: Int64 = 1, known: Bool = false, failing: Int = 0, succeeding: Int = 0
  ) -> Int64 {
    SignInRules.wait(
      after: .init(
        account: account, lastForAccount: account > 0 ? now - secondsAgo : nil, isKnownDevice: known,
        accountsFromAddress: failing, successesFromAddress: succeeding), at: now)
  }

  @Test func aFewMistakesCostNothing() {
    for count in 0..<5 { #expect(wait(account: count) == 0) }
  }

  @Test func guessingIsSlowedEverMore() {
    let waits = (5...20).map { wait(account: $0) }
    #expect(waits[0] > 0)
    #expect(waits == waits.sorted())
    #expect(waits.allSatisfy { $0 <= 15 * .minute })
  }

  @Test func theWaitEndsByItself() { #expect(wait(account: 50, secondsAgo: 15 * .minute) == 0) }

  @Test("a classmate who types wrong passwords elsewhere keeps nobody out of class")
  func aKnownDeviceHasRoom() {
    #expect(wait(account: 19, known: true) == 0)
    #expect(wait(account: 0, known: true, failing: 500) == 0)
  }

  @Test("a school behind one address is never locked out by its own mistakes")
  func aSchoolHasRoom() {
    #expect(wait(account: 0, failing: 19) == 0)
    #expect(wait(account: 0, failing: 100, succeeding: 400) == 0)
    #expect(wait(account: 0, failing: 100, succeeding: 0) > 0)
  }

  @Test(arguments: [
    "12345678", "matkhau1", "aaaaaaaa", "ngắn", "Nguyễn Văn A", "nguyenvana1", "05092014", "thcs1.6a2.07",
    "password12",
  ])
  func weakPasswordsAreRefused(_ password: String) {
    #expect(throws: UserError.self) {
      try SignInRules.check(
        password: password, minimum: 8, known: ["thcs1.6a2.07", "Nguyễn Văn A", "05/09/2014"])
    }
  }

  @Test(arguments: ["sao biển xanh 2026", "trăng rằm trung thu", "cá-heo-bơi-lội", "x7Kq!mPz"])
  func goodPasswordsAreTaken(_ password: String) throws {
    try SignInRules.check(
      password: password, minimum: 8, known: ["thcs1.6a2.07", "Nguyễn Văn A", "05/09/2014"])
  }

  @Test func headsAndOfficersNeedASecondFactor() {
    #expect(Role.allCases.filter(\.needsSecondFactor) == [.head, .officer])
  }
}
