import Synchronization

/// The texts that one connection received, in order, for one reader; ends when the connection does.
package struct SocketMessages: AsyncSequence, Sendable {
  package typealias Element = String
  package typealias Failure = Never

  let inbox: SocketInbox

  package struct AsyncIterator: AsyncIteratorProtocol {
    let inbox: SocketInbox
    package func next() async -> String? { await inbox.next() }
    package func next(isolation actor: isolated (any Actor)?) async -> String? { await inbox.next() }
  }

  package func makeAsyncIterator() -> AsyncIterator { .init(inbox: inbox) }
}

/// What lies between the event loop, which puts texts in, and the one task that takes them out.
final class SocketInbox: Sendable {
  private struct State {
    var texts: [String] = []
    /// Index of the next text to be taken: taking from the front of an array would move all others.
    var taken = 0
    var ended = false
    var paused = false
    var reader: CheckedContinuation<String?, Never>?

    var count: Int { texts.count - taken }

    mutating func take() -> String? {
      guard taken < texts.count else { return nil }
      let text = texts[taken]
      taken += 1
      if taken == texts.count {
        texts.removeAll(keepingCapacity: false)
        taken = 0
      }
      return text
    }
  }

  private let state = Mutex(State())
  private let bound: Int
  /// Called when enough was taken after `put` had said stop.
  private let resume: @Sendable () -> Void

  init(bound: Int, resume: @escaping @Sendable () -> Void) {
    self.bound = bound
    self.resume = resume
  }

  /// False when the connection should not be read from until `resume`.
  func put(_ text: String) -> Bool {
    let (reader, goOn) = state.withLock { state -> (CheckedContinuation<String?, Never>?, Bool) in
      if state.ended { return (nil, true) }
      if let reader = state.reader {
        state.reader = nil
        return (reader, true)
      }
      state.texts.append(text)
      if state.count >= bound { state.paused = true }
      return (nil, !state.paused)
    }
    reader?.resume(returning: text)
    return goOn
  }

  /// What was put before is still given out.
  func end() {
    let reader = state.withLock { state in
      state.ended = true
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: nil)
  }

  /// Nil at the end, and when the asking task is cancelled.
  func next() async -> String? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (answer, now, goOn) = state.withLock { state -> (String?, Bool, Bool) in
          if let text = state.take() {
            let goOn = state.paused && state.count <= bound / 2
            if goOn { state.paused = false }
            return (text, true, goOn)
          }
          if state.ended || Task.isCancelled { return (nil, true, false) }
          precondition(state.reader == nil, "a connection's messages have one reader")
          state.reader = continuation
          return (nil, false, false)
        }
        if goOn { resume() }
        if now { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let reader = state.withLock { state in
        defer { state.reader = nil }
        return state.reader
      }
      reader?.resume(returning: nil)
    }
  }
}
