import Foundation
import Rules
import Testing

/// Every state that a small class can reach, and every command by everybody in each of them.
struct LessonExhaustiveTests {
  /// Follows every event from every state until nothing new is found.
  ///
  /// - Returns: how many states there are, and the first laws broken.
  private func explore(_ universe: LessonUniverse) -> (states: Int, broken: [String]) {
    let laws = LessonInvariants(universe: universe)
    let events = universe.events
    var seen: Set<LessonState> = [universe.start]
    var waiting = [universe.start]
    var broken: [String] = []
    while let state = waiting.popLast(), broken.count < 5 {
      for event in events {
        var next = state
        let outcome = next.perform(event.command, by: event.actor, at: event.at)
        broken += laws.broken(state, event, outcome, next).map { "\($0): \(event.command) by \(event.actor)" }
        if outcome.refusal == nil, next != state, seen.insert(next).inserted { waiting.append(next) }
      }
    }
    return (seen.count, broken)
  }

  /// The door: who gets in, with two devices, a stranger, decisions, bans, locks, broken lines.
  @Test func atTheDoorNoLawIsBrokenInAnyReachableState() {
    let found = explore(
      LessonUniverse(
        [LessonUniverse.teacher, LessonUniverse.pupil(7, devices: 2), LessonUniverse.stranger], kinds: []))
    #expect(found.broken == [])
    #expect(found.states == 1_828)
  }

  /// Inside: every medium, hand, chat mode, freeze.
  @Test func insideTheRoomNoLawIsBrokenInAnyReachableState() {
    let found = explore(
      LessonUniverse([LessonUniverse.teacher, LessonUniverse.pupil(7)], kinds: MediaKind.allCases))
    #expect(found.broken == [])
    #expect(found.states == 876)
  }

  /// Both together with three people: minutes without optimisation, so only when asked for
  /// (LOPAN_EXHAUSTIVE=1).
  @Test(.enabled(if: ProcessInfo.processInfo.environment["LOPAN_EXHAUSTIVE"] != nil))
  func doorAndRoomTogetherBreakNoLawInAnyReachableState() {
    let found = explore(
      LessonUniverse(
        [LessonUniverse.teacher, LessonUniverse.pupil(7, devices: 2), LessonUniverse.stranger],
        kinds: [.microphone]))
    #expect(found.broken == [])
    #expect(found.states == 13_736)
  }
}
