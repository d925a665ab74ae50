import Dispatch
import Foundation
import Synchronization

/// One thread with one session: closures run on it, so they may block. Reconnects when the session is lost.
///
/// `@unchecked` because `link` and `downUntil` are touched on `queue` only.
final class PostgresLane: @unchecked Sendable {
  private let settings: PostgresSettings
  private let queue: DispatchQueue
  private let stopping = Atomic(false)
  private var link: PostgresLink?
  private var downUntil = DispatchTime(uptimeNanoseconds: 0)
  private static let attempts = 5

  init(_ settings: PostgresSettings, name: String) {
    self.settings = settings
    queue = DispatchQueue(label: name)
  }

  func async(_ body: @escaping @Sendable (PostgresLane) -> Void) { queue.async { body(self) } }

  func close() async {
    stopping.store(true, ordering: .relaxed)
    await withCheckedContinuation { continuation in
      queue.async {
        self.link = nil
        continuation.resume()
      }
    }
  }

  // MARK: Questions

  /// Answers one question from a state that does not change meanwhile.
  func answer(_ work: Work) {
    for attempt in 1...Self.attempts {
      do {
        let link = try connected()
        let session = PostgresSession(link, begin: try link.beginReading())
        do {
          let tell = try work.run(session)
          // The answer holds already; the end of the transaction need not be waited for.
          tell()
          return session.rollback()
        } catch {
          session.rollback()
          let lost = link.isBroken && session.failure?.reason == .unreachable
          guard attempt < Self.attempts, lost || session.failure?.mayRunAgain == true else { throw error }
          if !link.isBroken { link.forgetStatements() }
        }
      } catch {
        return work.fail(error)
      }
    }
  }

  // MARK: Changes

  /// Commits changes together, each in its own savepoint; tells everybody; nobody is left waiting.
  func commit(_ works: [Work]) {
    var batches = [works.map { Attempt(work: $0) }]
    while let batch = batches.popLast() {
      let rest = transaction(batch)
      if !rest.together.isEmpty { batches.append(rest.together) }
      batches.append(contentsOf: rest.alone.reversed().map { [$0] })
    }
  }

  private struct Attempt {
    let work: Work
    var number = 1
    var next: Attempt { Attempt(work: work, number: number + 1) }
  }

  private struct Done {
    let attempt: Attempt
    let tell: @Sendable () -> Void
    let hooks: [@Sendable () -> Void]
    let rings: [String: Int64]
  }

  /// What a transaction leaves to do.
  private struct Rest {
    var together: [Attempt] = []
    var alone: [Attempt] = []
  }

  private func transaction(_ batch: [Attempt]) -> Rest {
    let link: PostgresLink
    do { link = try connected() } catch {
      for attempt in batch { attempt.work.fail(error) }
      return Rest()
    }
    let session = PostgresSession(link, begin: ["BEGIN ISOLATION LEVEL READ COMMITTED"])
    let savepoints = batch.count > 1
    var done: [Done] = []
    for (index, attempt) in batch.enumerated() {
      // Once we hold locks we wait for others only a moment: else two nodes' batches could wait for each
      // other.
      if index == 1 { session.later("SET LOCAL lock_timeout = 20") }
      do {
        done.append(try run(attempt, session, savepoint: savepoints))
      } catch {
        switch verdict(on: session.failure, of: attempt, link, first: index == 0) {
        case .sessionLost: return tryAgain(batch, own: attempt, after: session.failure ?? error)
        case .raceLost: return giveUp(session, link, done, batch[index...], again: attempt)
        case .mustWait:
          session.takeBack()
          return finish(session, link, done, Rest(together: Array(batch[index...])))
        case .failed:
          attempt.work.fail(error)
          if savepoints { session.takeBack() } else { session.rollback() }
        }
      }
    }
    return finish(session, link, done, Rest())
  }

  private func run(_ attempt: Attempt, _ session: PostgresSession, savepoint: Bool) throws -> Done {
    session.beginChange(savepoint: savepoint)
    let tell = try attempt.work.run(session)
    if let failure = session.failure { throw failure }
    if savepoint { session.keep() }
    return Done(attempt: attempt, tell: tell, hooks: session.hooks, rings: session.rings)
  }

  private enum Verdict { case sessionLost, raceLost, mustWait, failed }

  private func verdict(
    on failure: StorageError?, of attempt: Attempt, _ link: PostgresLink, first: Bool
  ) -> Verdict {
    if link.isBroken { return .sessionLost }
    if failure?.mayRunAgain == true, attempt.number < Self.attempts { return .raceLost }
    // As the first of its own transaction it holds nothing and may wait as long as the settings say.
    return failure?.lacksLock == true && !first ? .mustWait : .failed
  }

  /// Lost a race: takes everything back, and lets the loser go first and alone.
  private func giveUp(
    _ session: PostgresSession, _ link: PostgresLink, _ done: [Done], _ left: ArraySlice<Attempt>,
    again: Attempt
  ) -> Rest {
    session.rollback()
    link.forgetStatements()
    return Rest(together: done.map(\.attempt) + left.dropFirst(), alone: [again.next])
  }

  /// The session broke before the commit was sent, so nothing was kept and all may be done again.
  private func tryAgain(_ batch: [Attempt], own: Attempt, after failure: any Error) -> Rest {
    guard own.number < 3, (failure as? StorageError)?.reason == .unreachable else {
      for attempt in batch { attempt.work.fail(failure) }
      return Rest()
    }
    return Rest(together: batch.map(\.next))
  }

  private func finish(_ session: PostgresSession, _ link: PostgresLink, _ done: [Done], _ rest: Rest) -> Rest
  {
    guard !done.isEmpty else {
      session.rollback()
      return rest
    }
    do {
      try session.commit(ringing: done.reduce(into: [:]) { $0.merge($1.rings, uniquingKeysWith: max) })
    } catch {
      return uncommitted(error, session, link, done, rest)
    }
    for entry in done {
      for hook in entry.hooks { hook() }
      for key in entry.rings.keys { Bell.shared.ring(key) }
      entry.tell()
    }
    return rest
  }

  private func uncommitted(
    _ error: any Error, _ session: PostgresSession, _ link: PostgresLink, _ done: [Done], _ rest: Rest
  ) -> Rest {
    var rest = rest
    let storage = error as? StorageError
    if link.isBroken {
      // Whether the server kept it is unknown: said so, never guessed.
      for entry in done { entry.attempt.work.fail(error) }
      return rest
    }
    session.rollback()
    let races = storage?.mayRunAgain == true
    for entry in done {
      // A check that comes only at the commit refused one of them: each alone finds out which.
      if done.count > 1 || races, entry.attempt.number < Self.attempts {
        rest.alone.append(entry.attempt.next)
      } else {
        entry.attempt.work.fail(error)
      }
    }
    return rest
  }

  // MARK: Connecting

  private func connected() throws -> PostgresLink {
    if let link, !link.isBroken { return link }
    link = nil
    guard DispatchTime.now() >= downUntil else {
      throw StorageError(.unreachable, "the server was not there just now")
    }
    let limit = DispatchTime.now() + settings.connectSeconds
    var pause = 0.02
    while true {
      do {
        let made = try PostgresLink(settings, until: limit)
        link = made
        return made
      } catch {
        guard !stopping.load(ordering: .relaxed), DispatchTime.now() + pause < limit else {
          downUntil = .now() + 0.5
          throw error
        }
        Thread.sleep(forTimeInterval: pause)
        pause = min(pause * 2, 0.5)
      }
    }
  }
}
