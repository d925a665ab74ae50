import Foundation

/// A self-made certificate for `localhost` and 127.0.0.1, good until 2125: it protects nothing outside tests.
extension SMTPSink {
  static let certificate =
    """
    -----BEGIN CERTIFICATE-----
    MIIBpTCCAUugAwIBAgIUE84fICJQ9rOGon0aZb9Nt27DAwcwCgYIKoZIzj0EAwIw
    GTEXMBUGA1UEAwwOU01UUCB0ZXN0IHNpbmswIBcNMjYxMTIxMDMwODAzWhgPMjEy
    NjEwMjgwMzA4MDNaMBkxFzAVBgNVBAMMDlNNVFAgdGVzdCBzaW5rMFkwEwYHKoZI
    zj0CAQYIKoZIzj0DAQcDQgAEmteuTrwpo6ODJ81EnTDDsTlRHtagVv9NBr5u8XAb
    S9IrPGyNlVmEn/t+mJApcwpFQ88pyaZEGxGfXQCLOXRolaNvMG0wHQYDVR0OBBYE
    FOHkxdQIQUZZ4I/1UoIUW4FdT1/MMB8GA1UdIwQYMBaAFOHkxdQIQUZZ4I/1UoIU
    W4FdT1/MMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/
    AAABMAoGCCqGSM49BAMCA0gAMEUCIQC19nYBfsVm2ZuJs5q8wV0bSdWM47WG32Xe
    I0Z73YTkEAIgFOJ07qPDjxOdJUA/sTYa+67TEDDma0CtZl0r7V7lszk=
    -----END CERTIFICATE-----
    """

  static let privateKey =
    """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAaTfti570V3BI9W8
    rmPD375lH5h5QnFuSjYu2NJ1eQuhRANCAASa165OvCmjo4MnzUSdMMOxOVEe1qBW
    /00Gvm7xcBtL0is8bI2VWYSf+36YkClzCkVDzynJpkQbEZ9dAIs5dGiV
    -----END PRIVATE KEY-----
    """

  /// Writes the certificate to a file for a client that is to trust the sink; the caller removes it.
  package static func certificateFile() throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "smtp-sink-\(UUID().uuidString).pem"
    ).path
    try certificate.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
