import Rules

/// Random numbers that come again with the same seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }
}

extension Timestamp {
  /// A moment on the school day of the tests, Monday 2026-09-07, Vietnamese clock.
  static func onMonday(_ hour: Int, _ minute: Int, _ second: Int = 0) -> Timestamp {
    Day(number: 20_703).at(minutes: hour * 60 + minute) + Int64(second)
  }
}

/// A lesson of the tests; nil would be a mistake in the test itself.
func lessonTime(_ start: Timestamp, minutes: Int64) -> LessonTime {
  guard let time = LessonTime(start: start, end: start + minutes * .minute) else {
    preconditionFailure("lesson")
  }
  return time
}
