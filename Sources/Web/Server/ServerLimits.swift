/// How much and how long the server waits for one connection before it lets go; sizes in bytes, times in
/// seconds.
///
/// Every figure is a defence: a school's machine serves a thousand pupils, and a few hundred connections that
/// say nothing, or say it one byte at a time, must not be able to use it up.
package struct ServerLimits: Sendable {
  /// TLS hand-shake, first request head and the authorising of a socket together.
  package var opening: Int64 = 15
  /// A connection without a request in progress.
  package var idle: Int64 = 60
  /// A connection on which no byte moved in either direction, whatever it waits for.
  package var quiet: Int64 = 150
  /// A reader that takes nothing while we have something for it.
  package var stalledWrite: Int64 = 60
  /// What a request may take before it must keep to `slowestBody`.
  package var requestGrace: Int64 = 30
  /// Bytes per second below which a request body counts as an attack.
  package var slowestBody: Int = 1_024
  /// After a stop is asked for, requests in progress have this long to end.
  package var shutdown: Int64 = 10

  package var headerField: Int = 16_384
  package var headerList: Int = 32_768
  package var headerCount: Int = 100
  /// The largest request body of any page; each page has a smaller limit of its own.
  package var body: Int = 64 * 1_048_576

  /// Connections the kernel may hold until we accept them: a whole school connects within one second at
  /// 07:45.
  package static let backlog = 2_048

  package init() {}
}
