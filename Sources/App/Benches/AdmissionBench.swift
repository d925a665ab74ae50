import Foundation
import LiveClass
package import Logging
import NIOPosix
import Realtime
import Rules
import ServiceLifecycle
import Synchronization

/// How many pupils a second come through the door, each with ticket, rule, decision record, stay and event durable.
package struct AdmissionBench: Sendable {
  /// Admissions offered in each second; nil for as many as go, with `workers` at once.
  let rate: Double?
  let classes: Int
  let workers: Int

  /// One line for the bench's script; times in milliseconds.
  package struct Outcome: Encodable, Sendable {
    let admitted: Int
    let seconds: Double
    let perSecond: Double
    let cpuSeconds: Double
    let p50: Double
    let p99: Double
  }

  package init(rate: Double?, classes: Int, workers: Int = 64) {
    self.rate = rate
    self.classes = classes
    self.workers = workers
  }

  package func run(logger: Logger) async throws -> Outcome {
    let school = try await BenchSchool.make(classes: classes, pupils: 40, logger: logger)
    do {
      let outcome = try await run(in: school, logger)
      await school.remove()
      return outcome
    } catch {
      await school.remove()
      throw error
    }
  }

  private func run(in school: BenchSchool, _ logger: Logger) async throws -> Outcome {
    let services = ServiceGroup(services: [school.live.service], logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await services.run() }
      let outcome = try await measure(school)
      await services.triggerGracefulShutdown()
      try await group.waitForAll()
      return outcome
    }
  }

  private func measure(_ school: BenchSchool) async throws -> Outcome {
    let bench = LiveBench(school.live)
    for one in school.classes {
      try await bench.open(one.lesson, by: try Self.candidate(one.teacher, one.lesson))
    }
    // Across the classes in turn, as at eight o'clock; and one after the other in each.
    let candidates = try (0..<40).flatMap { number in
      try school.classes.map { try Self.candidate($0.pupils[number], $0.lesson) }
    }
    let before = try await bench.staysInRooms()
    let waits = Mutex<[Double]>([])
    let (start, cpu) = (ContinuousClock.now, Self.cpuSeconds)
    try await offer(candidates, from: start) { candidate, asked in
      try await bench.admit(candidate)
      let wait = (ContinuousClock.now - asked) / .milliseconds(1)
      waits.withLock { $0.append(wait) }
    }
    let (seconds, used) = ((ContinuousClock.now - start) / .seconds(1), Self.cpuSeconds - cpu)
    let admitted = try await bench.staysInRooms() - before
    precondition(admitted == candidates.count, "only \(admitted) of \(candidates.count) stays are on record")
    let sorted = waits.withLock { $0.sorted() }
    return Outcome(
      admitted: admitted, seconds: seconds, perSecond: Double(admitted) / seconds, cpuSeconds: used,
      p50: sorted[sorted.count / 2], p99: sorted[sorted.count * 99 / 100])
  }

  /// Open loop: each is asked for at its moment, however long those before it take, and its wait counts from that moment.
  private func offer(
    _ candidates: [LiveBench.Candidate], from start: ContinuousClock.Instant,
    _ admit: @escaping @Sendable (LiveBench.Candidate, ContinuousClock.Instant) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, candidate) in candidates.enumerated() {
        if let rate {
          let moment = start + .seconds(Double(number) / rate)
          if moment > .now { try await Task.sleep(until: moment, tolerance: .zero) }
          group.addTask { try await admit(candidate, moment) }
        } else {
          if number >= workers { try await group.next() }
          group.addTask { try await admit(candidate, .now) }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func candidate(_ member: BenchSchool.Member, _ lesson: Lesson.ID) throws
    -> LiveBench.Candidate
  {
    let connection = SocketConnection(toNobodyOn: MultiThreadedEventLoopGroup.singleton.next())
    return try LiveBench.candidate(member.viewer, key: member.key, lesson: lesson, on: connection)
  }

  /// Of this process so far, the kernel's part counted.
  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
