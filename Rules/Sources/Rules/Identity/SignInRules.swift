/// How guessing is stopped without locking out a whole school that shares one address.
///
/// - Source: S3-56; `research/classroom.md` section 4 (guessable codes). The numbers are ours.
package enum SignInRules {
  /// Failures of late, for one account and for one network address.
  package struct Failures: Hashable, Sendable {
    /// For this account, from anywhere, since its last success.
    package var account: Int
    package var lastForAccount: Timestamp?
    /// For this account from this very device's cookie, when the device is known to the account.
    package var isKnownDevice: Bool
    /// Different accounts failed from this address in the last ten minutes.
    package var accountsFromAddress: Int
    /// Different accounts that signed in from this address in the last day: a school's address has many.
    package var successesFromAddress: Int

    package init(
      account: Int, lastForAccount: Timestamp?, isKnownDevice: Bool, accountsFromAddress: Int,
      successesFromAddress: Int
    ) {
      self.account = account
      self.lastForAccount = lastForAccount
      self.isKnownDevice = isKnownDevice
      self.accountsFromAddress = accountsFromAddress
      self.successesFromAddress = successesFromAddress
    }
  }

  /// Seconds to wait before the next attempt is looked at; 0 for none.
  ///
  /// Per account: 5 free failures, then 1, 2, 4 … at most 15 minutes; a device that the account has used before gets 20
  /// free failures, so that a bored classmate elsewhere cannot keep a pupil out of class. Per address: one that fails
  /// on many accounts and never succeeds waits; one from which many succeed, a school's, is given room in proportion.
  package static func wait(after failures: Failures, at now: Timestamp) -> Int64 {
    let free = failures.isKnownDevice ? 20 : 5
    var wait: Int64 = 0
    if failures.account >= free, let last = failures.lastForAccount {
      let doublings = min(failures.account - free, 4)
      let pause = min(15 * Int64.minute, Int64.minute << doublings)
      wait = max(0, last + pause - now)
    }
    let allowance = 20 + 2 * failures.successesFromAddress
    if failures.accountsFromAddress >= allowance, !failures.isKnownDevice { wait = max(wait, 10 * .minute) }
    return wait
  }

  /// Passwords a person chooses: at least 8 characters for pupils and guardians, 12 for staff, not on the short list of
  /// the most common, not made of the own login, name or birth date.
  ///
  /// - Parameters:
  ///   - known: login, name, birth date texts of the person.
  package static func check(password: String, minimum: Int, known: [String]) throws(UserError) {
    let folded = VietnameseText.folded(password).filter { !$0.isWhitespace }
    let letters = folded.filter { $0.isLetter || $0.isNumber }
    let isKnown = known.contains { part in
      let part = VietnameseText.folded(part).filter { $0.isLetter || $0.isNumber }
      return part.count >= 4 && letters.contains(part) && letters.count - part.count < 4
    }
    let isMonotonous = Set(folded).count < 4
    if password.count < minimum || password.utf8.count > 256 || isKnown || isMonotonous || isCommon(letters) {
      throw .weakPassword(minimum: minimum)
    }
  }

  private static func isCommon(_ letters: String) -> Bool {
    common.contains {
      letters == $0 || (letters.hasPrefix($0) && letters.count - $0.count <= 3 && $0.count >= 6)
    }
  }

  private static let common: Set<String> = [
    "12345678", "123456789", "1234567890", "87654321", "11111111", "password", "matkhau", "matkhau1",
    "qwertyui",
    "qwerty123", "abc12345", "abcd1234", "iloveyou", "anhyeuem", "emyeuanh", "conyeume", "giaovien",
    "hocsinh",
    "truonghoc", "vietnam", "hanoi123", "saigon", "admin123", "123123123", "00000000", "88888888", "66666666",
  ]
}
