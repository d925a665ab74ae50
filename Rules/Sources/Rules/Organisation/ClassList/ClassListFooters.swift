import Foundation

/// Totals, signatures and dates below a class list.
enum ClassListFooters {
  private static let openings = [
    "tong so", "tong cong", "tong", "cong", "si so", "trong do", "nguoi lap", "nguoi lap bieu", "lap bieu",
    "hieu truong",
    "pho hieu truong", "thu truong", "giao vien", "gvcn", "danh sach nay", "danh sach co", "an dinh",
    "xac nhan", "ky ten",
    "ky va ghi", "ghi chu", "noi nhan", "nguoi kiem tra", "can bo", "so hoc sinh", "nam", "nu",
    "kt hieu truong",
  ]

  /// Words that are also given names or syllables of names: a footer only when nothing else but figures
  /// follows.
  private static let ambiguous: Set<String> = [
    "tong", "cong", "nam", "nu", "can bo", "so hoc sinh", "giao vien",
  ]

  /// - Parameter row: one that has neither an order number nor a code nor a birth date.
  static func isFooter(_ row: ClassListGrid.Row) -> Bool {
    let texts = row.cells.lazy.filter { !$0.isEmpty && $0.cover == .own && $0.content == .text }.prefix(8)
    return texts.contains { isFooter($0.text) }
  }

  private static func isFooter(_ text: String) -> Bool {
    let words = ClassListHeaders.key(String(text.prefix(200)))
    if isPlaceAndDate(words) { return true }
    return openings.contains { opening in
      guard words == opening || words.hasPrefix(opening + " ") else { return false }
      guard ambiguous.contains(opening), words != opening else { return true }
      return text.contains(":") || words.dropFirst(opening.count).contains(where: \.isNumber)
    }
  }

  /// “Hạ Long, ngày 5 tháng 9 năm 2026”.
  private static func isPlaceAndDate(_ words: String) -> Bool {
    guard let day = words.range(of: "ngay "), let month = words.range(of: " thang ") else { return false }
    return day.lowerBound < month.lowerBound && words.contains(" nam")
  }
}
