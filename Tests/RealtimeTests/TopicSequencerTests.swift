@testable import Realtime
import Synchronization
import Testing

private final class Record: Sendable {
  private let kept = Mutex<(texts: [String], overruns: Int)>(([], 0))
  var texts: [String] { kept.withLock { $0.texts } }
  var overruns: Int { kept.withLock { $0.overruns } }

  func sequencer(bound: Int = 1_024) -> TopicSequencer {
    TopicSequencer(
      bound: bound, release: { _, seq, text in self.kept.withLock { $0.texts.append("\(seq) \(text)") } },
      overrun: { _ in self.kept.withLock { $0.overruns += 1 } })
  }
}

private let lesson = Topic("lesson/6a2")

@Suite struct TopicSequencerTests {
  @Test func anyOrderComesOutInOrder() {
    for seed in 0..<200 {
      let record = Record()
      let sequencer = record.sequencer()
      var numbers = Array(Int64(11)...40)
      var generator = Steps(state: UInt64(seed))
      numbers.shuffle(using: &generator)
      sequencer.start(lesson, after: 10)
      for number in numbers {
        if number % 7 == 0 {
          sequencer.skip(number, of: lesson)
        } else {
          sequencer.publish("x", to: lesson, seq: number)
        }
      }
      #expect(record.texts == (11...40).filter { $0 % 7 != 0 }.map { "\($0) x" }, "seed \(seed)")
    }
  }

  @Test func whatCameBeforeTheStartIsKeptAndOldOnesAreDropped() {
    let record = Record()
    let sequencer = record.sequencer()
    for seq in [5, 3, 4, 2] as [Int64] { sequencer.publish("x", to: lesson, seq: seq) }
    #expect(record.texts.isEmpty)
    sequencer.start(lesson, after: 3)
    #expect(record.texts == ["4 x", "5 x"])
    sequencer.publish("again", to: lesson, seq: 5)
    sequencer.start(lesson, after: 0)
    sequencer.publish("x", to: lesson, seq: 6)
    #expect(record.texts == ["4 x", "5 x", "6 x"])
  }

  @Test func gapIsGivenUpAtTheBound() {
    let record = Record()
    let sequencer = record.sequencer(bound: 3)
    sequencer.start(lesson, after: 0)
    for seq in [2, 3, 4] as [Int64] { sequencer.publish("x", to: lesson, seq: seq) }
    #expect(record.texts.isEmpty && record.overruns == 0)
    sequencer.publish("x", to: lesson, seq: 5)
    #expect(record.texts == ["2 x", "3 x", "4 x", "5 x"])
    #expect(record.overruns == 1)
    sequencer.publish("late", to: lesson, seq: 1)
    #expect(record.texts.count == 4)
  }

  @Test func gapIsNamedOnceItIsOld() {
    let record = Record()
    let sequencer = record.sequencer()
    sequencer.start(lesson, after: 0)
    sequencer.publish("x", to: lesson, seq: 1)
    sequencer.publish("x", to: lesson, seq: 4)
    let now = ContinuousClock.now
    #expect(sequencer.gaps(olderThan: .seconds(2), now: now).isEmpty)
    #expect(
      sequencer.gaps(olderThan: .seconds(2), now: now + .seconds(3)) == [.init(topic: lesson, missing: 2...3)]
    )
    sequencer.skip(2, of: lesson)
    sequencer.publish("x", to: lesson, seq: 3)
    #expect(sequencer.gaps(olderThan: .zero, now: now + .seconds(3)).isEmpty)
  }

  @Test func eightWritersAtOnce() async {
    let record = Record()
    let sequencer = record.sequencer(bound: 100_000)
    sequencer.start(lesson, after: 0)
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for step in 0..<1_000 { sequencer.publish("x", to: lesson, seq: Int64(step * 8 + writer + 1)) }
        }
      }
    }
    #expect(record.texts == (1...8_000).map { "\($0) x" })
  }
}

/// The same numbers for the same seed (SplitMix64).
private struct Steps: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
