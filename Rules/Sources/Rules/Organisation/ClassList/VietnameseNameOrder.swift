import Foundation

/// The order of a Vietnamese class list: by given name (the last word), then middle names, then family name.
///
/// Letters by the Vietnamese alphabet (a ă â b c d đ e ê …), words with the same letters by tone: none,
/// huyền, hỏi, ngã, sắc, nặng.
///
/// - Source: `research/regulation.md` 6.2; the order of tones is that of Vietnamese dictionaries.
package enum VietnameseNameOrder {
  /// What a name is sorted by; equal only for names that are spelt alike but for capitals.
  package struct Key: Hashable, Comparable, Sendable {
    let words: [Word]
    /// Breaks the tie between spellings that read alike, so that the order is always the same.
    let spelling: String

    package static func < (left: Key, right: Key) -> Bool {
      for (own, other) in zip(left.words, right.words) where own != other { return own < other }
      if left.words.count != right.words.count { return left.words.count < right.words.count }
      return left.spelling < right.spelling
    }
  }

  struct Word: Hashable, Comparable, Sendable {
    let letters: [Int]
    let tones: [Int]

    static func < (left: Word, right: Word) -> Bool {
      if left.letters != right.letters { return left.letters.lexicographicallyPrecedes(right.letters) }
      return left.tones.lexicographicallyPrecedes(right.tones)
    }
  }

  package static func key(of name: String) -> Key {
    let clean = VietnameseText.clean(name)
    let words = clean.lowercased().split(separator: " ").map { word(String($0)) }
    let family = words.count > 1 ? [words[0]] : []
    let middle = words.dropFirst().dropLast()
    return Key(words: (words.last.map { [$0] } ?? []) + middle + family, spelling: clean)
  }

  package static func precedes(_ left: String, _ right: String) -> Bool { key(of: left) < key(of: right) }

  private static func word(_ text: String) -> Word {
    var letters: [Int] = []
    var tones: [Int] = []
    for character in text {
      var tone = 0
      var base = String.UnicodeScalarView()
      for scalar in String(character).decomposedStringWithCanonicalMapping.unicodeScalars {
        if let rank = toneRanks[scalar] { tone = rank } else { base.append(scalar) }
      }
      let letter = String(base).precomposedStringWithCanonicalMapping
      if let rank = letterRanks[letter] {
        letters.append(rank)
        tones.append(tone)
      } else if let first = letter.unicodeScalars.first, first.properties.isAlphabetic {
        letters.append(1_000 + Int(first.value))
        tones.append(tone)
      }
    }
    return Word(letters: letters, tones: tones)
  }

  /// Combining grave, hook above, tilde, acute, dot below.
  private static let toneRanks: [Unicode.Scalar: Int] = [
    "\u{300}": 1, "\u{309}": 2, "\u{303}": 3, "\u{301}": 4, "\u{323}": 5,
  ]

  private static let letterRanks: [String: Int] = Dictionary(
    uniqueKeysWithValues: "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz".enumerated().map { (String($1), $0) })
}
