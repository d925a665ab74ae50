import TestKit
import Testing

@testable import Storage

@Suite struct WaitingLineTests {
  /// A line whose only lane is never served.
  private func stuck(most: Int = 3, seconds: Double = 60) -> WaitingLine {
    WaitingLine(lanes: 1, most: most, seconds: seconds)
  }

  @Test func moreThanMayWaitAreRefusedAtOnce() async throws {
    let line = stuck()
    let waiting = (1...3).map { _ in Task { try await line.perform({ _ in 1 }, wake: { _ in }) } }
    #expect(try await eventually { await refusal { try await fill(line) } == .busy })
    line.close()
    for task in waiting { _ = await task.result }
  }

  private func fill(_ line: WaitingLine) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { _ = try await line.perform({ _ in 1 }, wake: { _ in }) } }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  @Test func whoWaitsTooLongIsRefused() async {
    let line = stuck(seconds: 0.05)
    #expect(await refusal { _ = try await line.perform({ _ in 1 }, wake: { _ in }) } == .busy)
    #expect(await refusal { _ = try await line.perform({ _ in 1 }, wake: { _ in }) } == .busy)
  }

  @Test func closingTellsWhoWaitsAndWhoComes() async {
    let line = stuck()
    let waiting = Task {
      await refusal { _ = try await line.perform({ _ in 1 }, wake: { _ in line.close() }) }
    }
    #expect(await waiting.value == .closed)
    #expect(await refusal { _ = try await line.perform({ _ in 1 }, wake: { _ in }) } == .closed)
  }

  @Test func aCancelledTaskLeavesTheLine() async {
    let line = stuck()
    let (joined, join) = AsyncStream<Void>.makeStream()
    let waiting = Task { try await line.perform({ _ in 1 }, wake: { _ in join.finish() }) }
    for await _ in joined {}
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    #expect(line.take(upTo: 9, lane: 0).isEmpty)
  }
}
