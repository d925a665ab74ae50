import Rules
import Testing

@Suite struct DeliveryRulesTests {
  @Test(
    "a message is tried a bounded number of times", arguments: MessageChannel.allCases,
    MessageUrgency.allCases)
  func bounded(channel: MessageChannel, urgency: MessageUrgency) {
    let waits = (1...50).map { DeliveryRules.wait(afterAttempt: $0, channel, urgency) }
    let end = waits.firstIndex(of: nil) ?? waits.count
    #expect(end < 20)
    #expect(waits[end...].allSatisfy { $0 == nil })
    #expect(waits[..<end].allSatisfy { ($0 ?? 0) >= 1 })
  }

  @Test func waitsNeverGrowShorter() {
    for channel in MessageChannel.allCases {
      let waits = (1...50).compactMap { DeliveryRules.wait(afterAttempt: $0, channel, .urgent) }
      #expect(waits == waits.sorted())
    }
  }

  @Test func anEmailOutlivesANightWithoutMailServer() {
    let total = (1...50).compactMap { DeliveryRules.wait(afterAttempt: $0, .email, .normal) }.reduce(0, +)
    #expect(total > 12 * .hour && total < 2 * .day)
  }

  @Test func attemptNumbersOutOfRangeAreNoCrash() {
    #expect(DeliveryRules.wait(afterAttempt: 0, .email, .urgent) == nil)
    #expect(DeliveryRules.waitForClock(afterAttempt: 0) == 15)
    #expect(DeliveryRules.waitForClock(afterAttempt: .max) == 15 * .minute)
  }

  @Test func aDeadlineIsTriedForEverAtMostAQuarterOfAnHourApart() {
    let waits = (1...100).map(DeliveryRules.waitForClock(afterAttempt:))
    #expect(waits == waits.sorted())
    #expect(waits.first == 15 && waits.last == 15 * .minute)
  }
}
