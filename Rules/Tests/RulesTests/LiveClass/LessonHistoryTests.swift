import Rules
import Testing

/// Long random lessons with six people: the same laws as in the small exhaustive world.
struct LessonHistoryTests {
  @Test func randomLessonsOfSixBreakNoLaw() {
    let universe = LessonUniverse(
      [
        LessonUniverse.teacher, LessonUniverse.pupil(1), LessonUniverse.pupil(2, devices: 2),
        LessonUniverse.pupil(3), LessonUniverse.pupil(4), LessonUniverse.stranger,
      ], kinds: [.microphone, .camera])
    let laws = LessonInvariants(universe: universe)
    let events = universe.events
    // Half of the steps are these, or most lessons would never come to life.
    let lively = events.filter {
      switch $0.command.kind {
      case .enter, .open, .connectionBack, .admitGuest, .allow, .publish, .raiseHand:
        $0.at == LessonUniverse.now
      default: false
      }
    }
    for seed in UInt64(1)...2_000 {
      var generator = SeededGenerator(seed)
      var state = universe.start
      for _ in 0..<20 {
        let event = generator.pick(Bool.random(using: &generator) ? lively : events)
        let before = state
        let outcome = state.perform(event.command, by: event.actor, at: event.at)
        let broken = laws.broken(before, event, outcome, state)
        #expect(broken.isEmpty, "seed \(seed): \(broken) \(event.command) by \(event.actor)")
        if !broken.isEmpty { return }
      }
    }
  }

  /// Every order in which six people can arrive and the teacher can open: nobody is inside before the teacher
  /// has opened, and everybody is afterwards.
  @Test func whateverTheOrderOfArrivalTheTeacherIsFirst() {
    let pupils = (1...4).map { LessonUniverse.pupil($0) }
    let steps = [0, 1, 2, 3, 4, 5]
    permutations(of: steps).forEach { order in
      var state = LessonUniverse([], kinds: []).start
      for step in order {
        switch step {
        case 0: enter(LessonUniverse.teacher, &state)
        case 5: _ = state.perform(.open, by: .person(LessonUniverse.teacher.person), at: LessonUniverse.now)
        default: enter(pupils[step - 1], &state)
        }
        let inside = state.seats.values.contains { $0.role == .pupil && $0.place == .room }
        #expect(!inside || state.phase == .open, "\(order)")
      }
      let opened = order.firstIndex(of: 0).map { $0 < order.firstIndex(of: 5) ?? 0 } ?? false
      #expect(state.seats.values.filter { $0.place == .room && $0.role == .pupil }.count == (opened ? 4 : 0))
    }
  }

  private func enter(_ member: LessonUniverse.Member, _ state: inout LessonState) {
    _ = state.perform(
      .enter(LessonUniverse.entry(member, device: 0)), by: .person(member.person), at: LessonUniverse.now)
  }

  private func permutations(of steps: [Int]) -> [[Int]] {
    guard steps.count > 1 else { return [steps] }
    return steps.flatMap { first in permutations(of: steps.filter { $0 != first }).map { [first] + $0 } }
  }
}
