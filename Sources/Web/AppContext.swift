package import Hummingbird
package import NIOCore
package import Rules
import Synchronization

/// What travels with one request.
package struct AppContext: RequestContext, RemoteAddressRequestContext {
  package var coreContext: CoreRequestContextStorage
  /// The network address of the peer, or of the client that a trusted proxy names.
  package var remoteAddress: SocketAddress?
  /// Who is signed in; nil for nobody.
  package var viewer: Viewer?
  /// The signed-in browser's device, once it has shown its key.
  package var site: Site
  /// The action that the matched route declares.
  package var action: Action?
  let trace = PermissionTrace()

  package init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remoteAddress = source.channel.remoteAddress
    site = .unnamed
  }

  package var maxUploadSize: Int { 64 * 1_024 }

  /// Address as text without port, for rate limits and the record.
  package var address: String { remoteAddress?.ipAddress ?? "unix" }

  /// The second and third of a handler's five steps: who asks, and may they do it to this?
  ///
  /// - Throws: LOP-102 when nobody is signed in, LOP-101 when the table says no.
  @discardableResult
  package func require(_ action: Action, on subject: Subject) throws(UserError) -> Viewer {
    trace.note(action)
    guard let viewer else { throw .signInNeeded }
    guard Permissions.allows(viewer, action, on: subject) else { throw .notAllowed }
    return viewer
  }

  /// For actions on the own person only.
  @discardableResult
  package func require(_ action: Action) throws(UserError) -> Viewer {
    trace.note(action)
    guard let viewer else { throw .signInNeeded }
    return try require(action, on: .own(viewer))
  }
}

/// Remembers that the handler really asked the permission table what its route declares.
///
/// Attack prevented: a route that forgets its check. The gate turns such an answer into an error, and a test calls every route.
final class PermissionTrace: Sendable {
  private let asked = Mutex<Set<Action>>([])
  func note(_ action: Action) { asked.withLock { _ = $0.insert(action) } }
  func wasAsked(_ action: Action) -> Bool { asked.withLock { $0.contains(action) } }
}

/// What is the same on every page of one installation.
package struct Site: Sendable {
  package let name: String
  /// A demo database says so on every page.
  package let isDemo: Bool

  package init(name: String, isDemo: Bool) {
    self.name = name
    self.isDemo = isDemo
  }

  static let unnamed = Site(name: "LớpAn", isDemo: false)
}
