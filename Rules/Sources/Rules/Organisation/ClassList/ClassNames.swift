/// How class names are read from columns, titles and sheet names.
package enum ClassNames {
  /// The longest class name, in characters.
  package static let maximumLength = 20

  /// “ lớp 6a2 ” as `6A2`; other names as written. Nil when the text cannot be a class.
  package static func canonical(_ text: String) -> String? {
    var name = VietnameseText.clean(text)
    if VietnameseText.folded(name).hasPrefix("lop") {
      let rest = name.dropFirst(3)
      if let next = rest.first, next == " " || next == ":" || next.isNumber {
        name = VietnameseText.clean(rest.drop { $0 == " " || $0 == ":" }.description)
      }
    }
    let compact = name.filter { $0 != " " }
    if isGradeAndMark(compact) { return compact.uppercased() }
    let allowed = name.allSatisfy { $0.isLetter || $0.isNumber || " ./-_()".contains($0) }
    return name.isEmpty || name.count > maximumLength || !allowed ? nil : name
  }

  /// What two spellings of one class have in common; only for comparing.
  package static func key(_ name: String) -> String {
    (canonical(name) ?? name).lowercased().filter { $0 != " " }
  }

  /// The class that a title such as “DANH SÁCH HỌC SINH LỚP 6A2 – NĂM HỌC 2026-2027” names; nil when none or
  /// several.
  package static func inTitle(_ text: String) -> String? {
    let words = VietnameseText.clean(text).split { $0 == " " || $0 == ":" || $0 == "," || $0 == ";" }
    var found: Set<String> = []
    for (index, word) in words.enumerated() where VietnameseText.folded(String(word)) == "lop" {
      let next = words.dropFirst(index + 1).prefix(2).map { $0.filter { !"()“”\"'".contains($0) } }
      let candidates = [next.first, next.count == 2 && isMark(next[1]) ? next.joined() : nil]
      if let name = candidates.compactMap(\.self).map(trimmed).first(where: isGradeAndMark) {
        found.insert(name.uppercased())
      }
    }
    return found.count == 1 ? found.first : nil
  }

  /// The class that a sheet's name is, or names after “Lớp”.
  package static func inSheetName(_ name: String) -> String? {
    let clean = VietnameseText.clean(name)
    let compact = clean.filter { $0 != " " }
    return isGradeAndMark(compact) ? compact.uppercased() : inTitle(clean)
  }

  /// The grade that a class name begins with, 1 to 12.
  package static func grade(of name: String) -> Int? {
    Int(name.prefix { $0.isASCII && $0.isNumber }).flatMap { (1...12).contains($0) ? $0 : nil }
  }

  private static func trimmed(_ word: String) -> String {
    String(word.reversed().drop { "./-–_".contains($0) }.reversed())
  }

  /// `A2` or `C` after a grade that stands apart; not “năm” in “lớp 6 năm học”.
  private static func isMark(_ word: String) -> Bool {
    guard let first = word.first, first.isLetter, first.isASCII else { return false }
    return word.count <= 3 && word.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// `6A2`, `6/2`, `10A1`, `9.3`, `12TOAN`: a grade and at least one mark after it. A grade alone is no
  /// class.
  private static func isGradeAndMark(_ text: String) -> Bool {
    guard grade(of: text) != nil else { return false }
    var rest = text.drop { $0.isASCII && $0.isNumber }
    guard !rest.isEmpty else { return false }
    let letters = rest.prefix { $0.isLetter }
    rest = rest.dropFirst(letters.count)
    if let separator = rest.first, "./-_".contains(separator) {
      rest = rest.dropFirst()
      if rest.isEmpty { return false }
    }
    return letters.count <= 5 && rest.count <= 2 && rest.allSatisfy { $0.isASCII && $0.isNumber }
  }
}
