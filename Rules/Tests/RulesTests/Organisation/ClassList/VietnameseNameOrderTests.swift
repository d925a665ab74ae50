import Foundation
import Rules
import Testing

@Suite struct VietnameseNameOrderTests {
  @Test func givenNameThenMiddleThenFamily() {
    let names = ["Nguyễn Văn An", "Lê Thị An", "Nguyễn Thị An", "Bùi Ánh", "Trần Bình", "An"]
    #expect(
      names.sorted(by: VietnameseNameOrder.precedes)
        == ["An", "Lê Thị An", "Nguyễn Thị An", "Nguyễn Văn An", "Bùi Ánh", "Trần Bình"])
  }

  @Test func lettersFollowTheAlphabet() {
    let names = [
      "A", "Ă", "Â", "B", "C", "D", "Đ", "E", "Ê", "G", "H", "I", "K", "L", "M", "N", "O", "Ô", "Ơ", "P",
      "Q", "R", "S", "T", "U", "Ư", "V", "X", "Y",
    ]
    for seed in 1...20 {
      var shuffled = names
      for index in shuffled.indices { shuffled.swapAt(index, (index * 7 + seed * 13) % shuffled.count) }
      #expect(shuffled.sorted(by: VietnameseNameOrder.precedes) == names)
    }
  }

  @Test func tonesDecideOnlyBetweenEqualLetters() {
    #expect(
      ["Hạ", "Hà", "Hả", "Ha", "Hã", "Há"].sorted(by: VietnameseNameOrder.precedes)
        == ["Ha", "Hà", "Hả", "Hã", "Há", "Hạ"])
    #expect(VietnameseNameOrder.precedes("Hạ", "Hai"))
    #expect(VietnameseNameOrder.precedes("Trần Dũng", "Trần Đan"))
    #expect(VietnameseNameOrder.precedes("Lê Ẩn", "Lê Ấn"))
  }

  @Test func compositionCapitalsAndBlanksDoNotMatter() {
    let name = "Đặng Thị Ánh Nguyệt"
    let twin = "  đặng THỊ  ánh nguyệt".decomposedStringWithCanonicalMapping
    for other in ["Lê Văn Anh", "Đặng Thị Ánh Nguyên", "Đỗ Xuân Yến"] {
      #expect(VietnameseNameOrder.precedes(name, other) == VietnameseNameOrder.precedes(twin, other))
    }
  }

  @Test func orderIsTotal() {
    let words = ["An", "Án", "Ân", "Đào", "Dao", "y", "Ý", "H'Hen", "Ngọc", ""]
    let names = words.flatMap { left in words.map { "\(left) \($0)" } }
    for left in names {
      for right in names {
        let (before, after) = (
          VietnameseNameOrder.precedes(left, right), VietnameseNameOrder.precedes(right, left)
        )
        #expect(!(before && after))
        if !before && !after { #expect(VietnameseText.clean(left) == VietnameseText.clean(right)) }
      }
    }
    let sorted = names.sorted(by: VietnameseNameOrder.precedes)
    #expect(zip(sorted, sorted.dropFirst()).allSatisfy { !VietnameseNameOrder.precedes($1, $0) })
  }
}
