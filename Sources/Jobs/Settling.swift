import Storage

extension Database {
  /// A change that is stored even though the task was cancelled: what was done outside must be noted, or it
  /// is done again. The wait is that of one transaction, which the engine bounds.
  func settle<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await Task { try await write(body) }.value
  }
}
