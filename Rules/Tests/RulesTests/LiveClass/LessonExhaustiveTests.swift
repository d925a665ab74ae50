import Rules
import Testing

/// Every state that a small class can reach, and every command by everybody in each of them.
struct LessonExhaustiveTests {
  /// Follows every event from every state until nothing new is found.
  ///
  /// - Returns: how many states and steps there are, and the first laws broken.
  private func explore(_ universe: LessonUniverse) -> (states: Int, steps: Int, broken: [String]) {
    let laws = LessonInvariants(universe: universe)
    let events = universe.events
    var seen: Set<LessonState> = [universe.start]
    var waiting = [universe.start]
    var steps = 0
    var broken: [String] = []
    while let state = waiting.popLast(), broken.count < 5 {
      for event in events {
        var next = state
        let outcome = next.perform(event.command, by: event.actor, at: event.at)
        steps += 1
        broken += laws.broken(state, event, outcome, next).map { "\($0): \(event.command) by \(event.actor)" }
        if outcome.refusal == nil, seen.insert(next).inserted { waiting.append(next) }
      }
    }
    return (seen.count, steps, broken)
  }

  @Test func teacherPupilOnTwoDevicesAndStrangerNeverBreakALaw() {
    let universe = LessonUniverse(
      [LessonUniverse.teacher, LessonUniverse.pupil(7, devices: 2), LessonUniverse.stranger], kinds: [.microphone])
    let found = explore(universe)
    print("explored", found.states, found.steps)
    #expect(found.broken == [])
  }

  @Test func everyMediumOfTeacherAndPupilNeverBreaksALaw() {
    let universe = LessonUniverse(
      [LessonUniverse.teacher, LessonUniverse.pupil(7, devices: 2)], kinds: MediaKind.allCases)
    let found = explore(universe)
    print("explored", found.states, found.steps)
    #expect(found.broken == [])
  }
}
