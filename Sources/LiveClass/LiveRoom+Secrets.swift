import Rules
import Storage

/// The class password and the links of the lesson: no message may hold them (S3-34).
extension LiveRoom {
  /// Seconds after which they are read again, because another node may have made a new password.
  static let secretsKept: Int64 = 30

  /// Not read for every message: a class writes many, and its password changes once a month.
  func currentSecrets() async throws -> ClassSecrets {
    let now = services.database.now()
    if let secrets, abs(now - secrets.readAt) < Self.secretsKept { return secrets.value }
    let version = secretsVersion
    let schoolClass = plan.schoolClass
    let live = try await services.database.read { try DoorStore.passphrase(of: schoolClass, in: $0) }
    let value = ClassSecrets(
      passphrase: live.map { ClassPassphrase(stored: $0.text) },
      links: ["/lessons/\(plan.id.rawValue)", plan.id.rawValue])
    // A password that was made while this one was being read must not be covered by it.
    if version == secretsVersion { secrets = (value, now) }
    return value
  }

  /// The class has a new password from this moment.
  func forgetSecrets() {
    secretsVersion += 1
    secrets = nil
  }
}
