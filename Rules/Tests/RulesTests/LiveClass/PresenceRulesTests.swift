import Rules
import Testing

struct PresenceRulesTests {
  static let start = Timestamp.onMonday(8, 0)
  static let time = lessonTime(start, minutes: 45)
  static let rules = PresenceRules.standard

  private func attend(_ intervals: [(Int64, Int64?)], at now: Int64 = 3_600) -> Attendance {
    Self.rules.attendance(
      of: intervals.map { .init(.room, from: Self.start + $0, to: $1.map { Self.start + $0 }) },
      in: Self.time,
      at: Self.start + now)
  }

  @Test(arguments: [
    (Int64(-900), Attendance.Arrival.onTime), (0, .onTime), (300, .onTime), (301, .late(minutes: 6)),
    (360, .late(minutes: 6)), (361, .late(minutes: 7)),
  ])
  func lateIsMoreThanFiveMinutesAfterTheStart(after: Int64, arrival: Attendance.Arrival) {
    #expect(attend([(after, 2_700)]).arrival == arrival)
  }

  @Test func whoNeverComesIsAwaitedThenAbsent() {
    #expect(attend([], at: -60).arrival == .awaited)
    #expect(attend([], at: 300).arrival == .awaited)
    #expect(attend([], at: 301).arrival == .absent)
    #expect(attend([(-900, -600)]).arrival == .absent, "gone before the lesson began")
    #expect(attend([(2_700, 2_800)]).arrival == .absent, "came after the end")
  }

  @Test func earlyIsTenMinutesAndMeasuredInTheLobbyToo() {
    let lobby = PresenceInterval(.lobby, from: Self.start - 600, to: Self.start + 60)
    let room = PresenceInterval(.room, from: Self.start + 60, to: Self.start + 2_700)
    let found = Self.rules.attendance(of: [room, lobby], in: Self.time, at: Self.start + 9_000)
    #expect(found.cameEarly && found.arrival == .onTime && found.firstSeen == Self.start - 600)
    #expect(found.presentSeconds == 2_640 && found.waitedSeconds == 60 && found.stays == 1)
    #expect(!attend([(-599, 2_700)]).cameEarly)
  }

  @Test func leavingEarlyIsMoreThanFiveMinutesBeforeTheEnd() {
    #expect(attend([(0, 2_400)]).leftEarlyMinutes == nil)
    #expect(attend([(0, 2_399)]).leftEarlyMinutes == 6)
    #expect(attend([(0, nil)], at: 1_000).leftEarlyMinutes == nil, "still here")
    #expect(attend([(0, 100)], at: 1_000).leftEarlyMinutes == 44)
  }

  @Test func openAndBackwardIntervalsCountToNowAndNotAtAll() {
    #expect(attend([(0, nil)], at: 1_000).presentSeconds == 1_000)
    #expect(attend([(500, 100)], at: 1_000).presentSeconds == 0)
  }

  @Test func presenceStaysWithinTheLessonAndMergingTwiceChangesNothing() {
    for seed in UInt64(1)...500 {
      var generator = SeededGenerator(seed)
      let intervals = (0..<generator.below(8)).map { _ in
        let from = Int64(generator.below(5_000)) - 1_200
        let to = generator.below(5) == 0 ? nil : Self.start + from + Int64(generator.below(2_000)) - 100
        return PresenceInterval(
          Bool.random(using: &generator) ? .room : .lobby, from: Self.start + from, to: to)
      }
      let now = Self.start + 4_000
      let found = Self.rules.attendance(of: intervals, in: Self.time, at: now)
      #expect(found.presentSeconds >= 0 && found.waitedSeconds >= 0)
      #expect(found.presentSeconds + found.waitedSeconds <= Self.time.length, "seed \(seed)")
      let once = PresenceRules.merged(intervals, until: now)
      let again = PresenceRules.merged(once.map { .init(.room, from: $0.from, to: $0.to) }, until: now)
      #expect(once == again, "seed \(seed)")
      #expect(PresenceRules.merged(intervals.shuffled(using: &generator), until: now) == once)
      #expect(zip(once, once.dropFirst()).allSatisfy { $0.to < $1.from })
    }
  }
}
