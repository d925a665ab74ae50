/// Telephone numbers as schools write them.
package enum VietnamesePhone {
  package struct Reading: Hashable, Sendable {
    /// Digits with the leading 0.
    package let number: String
    /// Excel had dropped the leading 0.
    package let zeroRestored: Bool
    /// The cell held several numbers, of which this is the first.
    package let isFirstOfSeveral: Bool
  }

  /// Mobile prefixes after the leading 0.
  ///
  /// - Source: numbering plan since the change to 10 digits in 2018.
  private static let mobilePrefixes: Set<Substring> = [
    "32", "33", "34", "35", "36", "37", "38", "39", "52", "55", "56", "58", "59", "70", "76", "77", "78",
    "79",
    "81", "82", "83", "84", "85", "86", "87", "88", "89", "90", "91", "92", "93", "94", "96", "97", "98",
    "99",
  ]

  /// - Returns: nil when the text is no complete Vietnamese number. A lost 0 is restored only where 9 digits
  ///   begin
  ///   with a mobile prefix: then there is one number that was meant.
  package static func read(_ text: String) -> Reading? {
    let clean = VietnameseText.clean(text)
    if let (number, restored) = single(clean) {
      return .init(number: number, zeroRestored: restored, isFirstOfSeveral: false)
    }
    let parts = clean.replacing(" - ", with: ";").split { "/;,".contains($0) }.map {
      VietnameseText.clean(String($0))
    }
    let numbers = parts.compactMap(single)
    guard parts.count > 1, numbers.count == parts.count, let first = numbers.first else { return nil }
    return .init(number: first.number, zeroRestored: first.zeroRestored, isFirstOfSeveral: true)
  }

  private static func single(_ text: String) -> (number: String, zeroRestored: Bool)? {
    var digits = ClassListValues.withoutDecimals(text).filter { !" .-()".contains($0) }
    if digits.hasPrefix("'") { digits.removeFirst() }
    for country in ["+84", "84"] where digits.hasPrefix(country) && digits.count >= country.count + 9 {
      digits = "0" + digits.dropFirst(country.count).drop { $0 == "0" }
      break
    }
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    switch digits.count {
    case 10 where digits.hasPrefix("0") && mobilePrefixes.contains(digits.dropFirst().prefix(2)):
      return (digits, false)
    case 11 where digits.hasPrefix("02"): return (digits, false)
    case 9 where mobilePrefixes.contains(digits.prefix(2)): return ("0" + digits, true)
    default: return nil
    }
  }
}
