import Foundation

/// The password of a class: an additional factor where the school wants one, never a door by itself.
///
/// - Shape: words parted by one blank, NFC. Compared without regard to case, marks and blanks.
/// - Source: Hạ Long dispatch of May 2020, 1.3đ (S3-34: strong password), 167/PGD&ĐT section 2 (S0-11: not
///   published). The figures are ours.
package struct ClassPassphrase: Hashable, Sendable {
  /// Bits of chance below which no passphrase is accepted.
  package static let leastBits = 44.0
  /// Characters, blanks not counted, that a typed passphrase needs at least; a school may ask for more.
  package static let leastCharacters = 12
  package static let mostCharacters = 100

  /// For the eyes of the teacher; never in a link, a log or a page for pupils.
  package let text: String

  /// The words chosen by chance.
  ///
  /// - Parameters:
  ///   - indices: random and evenly spread, one for each word; taken modulo the number of words, so any
  ///     random numbers will do when that number is a power of two.
  /// - Throws: LOP-470 when words and indices together hold less than 44 bits of chance.
  package static func generated(
    words: [String] = ClassPassphraseWords.all, indices: [Int]
  ) throws(UserError) -> ClassPassphrase {
    let distinct = Set(words.map(ClassSecrets.squeezed)).count
    guard distinct == words.count, distinct > 1, bits(words: distinct, chosen: indices.count) >= leastBits
    else {
      throw .guessableClassPassword
    }
    let chosen = indices.map { words[(($0 % words.count) + words.count) % words.count] }
    return .init(text: VietnameseText.clean(chosen.joined(separator: " ")))
  }

  /// How many words of the list a generated passphrase needs: five of 512.
  package static func wordsNeeded(of count: Int) -> Int {
    count < 2 ? .max : Int((leastBits / log2(Double(count))).rounded(.up))
  }

  private static func bits(words: Int, chosen: Int) -> Double { Double(chosen) * log2(Double(words)) }

  /// A passphrase that the teacher typed.
  ///
  /// - Parameters:
  ///   - typed: hostile until cleaned.
  ///   - minimum: characters without blanks; a school may raise it above `leastCharacters`, never lower it.
  ///   - avoiding: what everybody knows: names of class, school, teacher, subject, the school year.
  /// - Throws: LOP-002 when too short, LOP-471 when too long, LOP-470 when easy to guess.
  package static func typed(
    _ typed: String, minimum: Int = leastCharacters, avoiding: [String] = []
  ) throws(UserError) -> ClassPassphrase {
    let minimum = max(minimum, leastCharacters)
    guard typed.utf8.count <= 16 * mostCharacters else { throw .longClassPassword(most: mostCharacters) }
    let text = VietnameseText.clean(typed)
    let letters = ClassSecrets.squeezed(text)
    guard letters.count >= minimum else { throw .weakClassPassword(minimum: minimum) }
    guard text.count <= mostCharacters else { throw .longClassPassword(most: mostCharacters) }
    guard estimatedBits(of: letters, avoiding: avoiding) >= leastBits else { throw .guessableClassPassword }
    return .init(text: text)
  }

  /// A careful guess at the chance in what somebody typed.
  ///
  /// Known words, repetitions and runs (“aaa”, “123”, “abcabc”) count as nothing; what is left counts three
  /// bits a letter or digit, four when letters and digits are mixed. Digits alone never suffice: they are
  /// dates and telephone numbers.
  static func estimatedBits(of letters: String, avoiding: [String]) -> Double {
    var rest = letters
    for known in (avoiding + common).map(ClassSecrets.squeezed) where known.count >= 2 {
      rest = rest.replacingOccurrences(of: known, with: " ")
    }
    let counted = surprising(in: Array(rest.unicodeScalars))
    let digits = counted.count { ("0"..."9").contains($0) }
    guard digits < counted.count, Set(counted).count >= 6 else { return 0 }
    return Double(counted.count) * (digits > 0 ? 4 : 3)
  }

  /// The scalars that neither go on from the one before nor repeat what stood up to four places earlier.
  private static func surprising(in scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    scalars.indices.filter { index in
      guard scalars[index] != " " else { return false }
      guard index > 0 else { return true }
      let step = Int(scalars[index].value) - Int(scalars[index - 1].value)
      guard abs(step) > 1 else { return false }
      return !(2...4).contains { width in
        index >= 2 * width - 1
          && (0..<width).allSatisfy { scalars[index - $0] == scalars[index - $0 - width] }
      }
    }.map { scalars[$0] }
  }

  private static let common = [
    "mật khẩu", "password", "lớp học", "lớp", "trường", "học sinh", "giáo viên", "thầy cô", "xin chào",
    "việt nam",
    "qwerty", "asdf", "zxcv", "iloveyou", "admin", "online", "zoom", "2020", "2021", "2022", "2023", "2024",
    "2025",
    "2026", "2027",
  ]

  /// Whether somebody typed this passphrase; takes the same time wherever the difference lies.
  package func matches(_ typed: String) -> Bool {
    guard typed.utf8.count <= 16 * Self.mostCharacters else { return false }
    let (mine, theirs) = (Array(ClassSecrets.squeezed(text).utf8), Array(ClassSecrets.squeezed(typed).utf8))
    var difference = mine.count ^ theirs.count
    for index in mine.indices { difference |= Int(mine[index] ^ (index < theirs.count ? theirs[index] : 0)) }
    return difference == 0
  }

  package enum RotationReason: Hashable, Sendable { case leaked, afterRemoval, age }

  /// Why a new passphrase is due now, or nil.
  ///
  /// - Parameters:
  ///   - lastRemoval: when somebody was last removed from a lesson of the class.
  ///   - leakedAt: when the passphrase was last seen where it must not be.
  ///   - mostDays: age in days at which it is due, >= 1.
  /// - Returns: the gravest reason. An event in the very second of making counts as after it.
  package static func rotationDue(
    madeAt: Timestamp, lastRemoval: Timestamp?, leakedAt: Timestamp?, mostDays: Int = 30, at now: Timestamp
  ) -> RotationReason? {
    if let leakedAt, leakedAt >= madeAt { return .leaked }
    if let lastRemoval, lastRemoval >= madeAt { return .afterRemoval }
    return now - madeAt >= Int64(max(1, mostDays)) * .day ? .age : nil
  }
}

/// What of a class must never stand in a message or a notice.
///
/// - Source: 167/PGD&ĐT section 2 (S0-11): do not publish address or password of a class.
package struct ClassSecrets: Hashable, Sendable {
  package enum Leak: Hashable, Sendable { case passphrase, link }

  private let passphrase: String?
  private let links: [String]

  /// - Parameter links: addresses of lessons, or the keys of lessons and classes that occur in them.
  package init(passphrase: ClassPassphrase?, links: [String]) {
    self.passphrase = passphrase.map { Self.squeezed($0.text) }
    self.links = links.map(Self.squeezed).filter { $0.count >= 8 }
  }

  /// What of the secrets stands in a text, however it is spaced, cased, marked, widened or percent-encoded.
  ///
  /// One text at a time: a secret spread over several messages is not found.
  package func leaks(in text: String) -> Set<Leak> {
    var forms = [text]
    if text.utf8.contains(UInt8(ascii: "%")), let plain = text.removingPercentEncoding { forms.append(plain) }
    var leaks: Set<Leak> = []
    for form in forms.map(Self.squeezed) {
      if let passphrase, form.contains(passphrase) { leaks.insert(.passphrase) }
      if links.contains(where: form.contains) { leaks.insert(.link) }
    }
    return leaks
  }

  /// Letters and digits only: lower case, no marks, `đ` as `d`, full-width and styled letters made plain.
  package static func squeezed(_ text: String) -> String {
    PlainLetters.squeezed(text) ?? squeezedInGeneral(text)
  }

  package static func squeezedInGeneral(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in VietnameseText.foldedInGeneral(text.precomposedStringWithCompatibilityMapping)
      .unicodeScalars
    {
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter,
        .decimalNumber:
        kept.append(scalar)
      default: continue
      }
    }
    return String(kept)
  }
}

extension ClassPassphrase {
  /// One that passed the rule when it was made.
  package init(stored text: String) { self.text = text }
}
