import Realtime
import Rules
import Synchronization

/// Every page that is open on this node, by session: what is closed when a session ends.
final class OpenPages: Sendable {
  private let pages = Mutex<[Session.ID: [UInt64: LivePage]]>([:])

  func add(_ page: LivePage) {
    pages.withLock { $0[page.viewer.session, default: [:]][page.connection.id] = page }
  }

  func remove(_ page: LivePage) {
    pages.withLock { pages in
      pages[page.viewer.session]?[page.connection.id] = nil
      if pages[page.viewer.session]?.isEmpty == true { pages[page.viewer.session] = nil }
    }
  }

  func of(_ session: Session.ID) -> [LivePage] { pages.withLock { Array($0[session]?.values ?? [:].values) } }

  var count: Int { pages.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}
