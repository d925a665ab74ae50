import Crypto
import Foundation

/// The key pair that a browser makes for itself at sign-in and never lets out (WebCrypto, not extractable).
///
/// Attack prevented: a stolen cookie. Entering a lesson needs a signature by the key of the session's own device, over a
/// challenge that is used once.
package enum DeviceSignature {
  /// - Parameter text: the public key, uncompressed point of P-256 (65 bytes), base64url.
  /// - Returns: the key's one text, so that no key counts as two devices; nil when it is none.
  package static func accepted(_ text: String) -> String? {
    guard let bytes = Data(base64URL: text), (try? P256.Signing.PublicKey(x963Representation: bytes)) != nil
    else {
      return nil
    }
    return bytes.base64URL
  }

  /// - Parameters:
  ///   - signature: r and s, 64 bytes, base64url, as WebCrypto gives it.
  ///   - message: what was signed, UTF-8.
  package static func verifies(_ signature: String, of message: String, key: String) -> Bool {
    guard let keyBytes = Data(base64URL: key), let bytes = Data(base64URL: signature),
      let publicKey = try? P256.Signing.PublicKey(x963Representation: keyBytes),
      let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: bytes)
    else { return false }
    return publicKey.isValidSignature(parsed, for: Data(message.utf8))
  }
}
